"""The files of a contract, mended, handed to zeep and libxml2 instead of a network."""

from lxml import etree

from adapters.contract.closure import Closure, url
from adapters.contract.standard import PLACES
from adapters.errors import Unbuildable


class Offline:
    """What zeep takes for a transport: the files that the contract draws in, nothing else."""

    def __init__(self, found: Closure) -> None:
        self._urls = found.urls
        self._folder = found.folder
        self.main = url(found.main)
        self.loaded: list[etree._Element] = [file.root for file in found.files]

    def load(self, url: str) -> bytes:
        file = self._urls.get(url)
        if file is None and url in PLACES:  # zeep draws in the SOAP encoding by itself
            file = self._folder.shipped(PLACES[url])
        if file is None:
            what = f"the contract needs {url}, which is not in the folder"
            raise Unbuildable(("contract",), what, "save that file beside the contract")
        return etree.tostring(file.root)
