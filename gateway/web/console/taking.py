"""Taking the evidence of a case away (证据包): a file, and an entry that says who took it."""

from aiohttp import web

from gateway.dossier.bundle import NotSigned, make
from gateway.dossier.report import Viewer
from gateway.web.console.asked import Asked
from gateway.web.console.one_case import found
from gateway.web.console.render import render, sealed


async def take(asked: Asked) -> web.Response:
    """What whoever asks may see of a case anyway, masked as it is there; personal fields stay closed."""
    dossier = await found(asked)
    viewer = Viewer(asked.somebody.name, asked.gateway.clock_ms())
    try:
        packed = await make(asked.gateway, dossier, viewer)
    except NotSigned:
        return render(asked, "refused", status=503, title=None, why="bundle_unsigned")
    response = sealed(web.Response(body=packed, content_type="application/zip"), asked)
    response.headers["Content-Disposition"] = f'attachment; filename="{dossier.case.id}.zip"'
    return response
