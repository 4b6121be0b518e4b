"""A raw envelope made from a message that was sent: it writes that message again, and carries nothing of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapters.codecs import xml
from adapters.contract.marked import marked
from adapters.contract.own import by_template
from adapters.contract.template import ENVELOPES, Template

TEXT = "样例内容"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
names = st.sampled_from(["sqrxm", "sqrzjhm", "bz", "lxdh", "clmc", "fs"])
leaves = st.just(TEXT)
inner = st.dictionaries(names, leaves, min_size=1, max_size=3)
documents = st.dictionaries(
    st.sampled_from(["sqr", "clList", "qt", "lsh"]),
    st.one_of(leaves, inner, st.dictionaries(st.just("cl"), st.lists(inner, min_size=2, max_size=3))),
    min_size=1,
)


def sample(document: dict[str, Any], soap: str, own: str) -> str:
    """A message as some server's client writes it; own: the namespace of everything in it, or none."""
    root = etree.Element(f"{{{soap}}}Envelope", nsmap={"s": soap})
    header = etree.SubElement(root, f"{{{soap}}}Header")
    etree.SubElement(header, "{urn:token}token").text = TEXT
    place = etree.SubElement(etree.SubElement(root, f"{{{soap}}}Body"), "{urn:n}submit", nsmap={"n": "urn:n"})
    _fill(place, document, own)
    return etree.tostring(root, encoding="unicode", pretty_print=True)


def _fill(element: etree._Element, document: dict[str, Any], own: str) -> None:
    for name, value in document.items():
        for each in value if isinstance(value, list) else [value]:
            child = etree.SubElement(element, f"{{{own}}}{name}" if own else name)
            if isinstance(each, dict):
                _fill(child, each, own)
            else:
                child.text = each


def plain(text: str | bytes) -> list[tuple[str, str, int]]:
    """Names, texts and depths below the body, whatever prefixes are used."""
    body = etree.fromstring(text, etree.XMLParser(remove_blank_text=True)).find("{*}Body")
    assert body is not None
    return [(str(each.tag), each.text or "", len(list(each.iterancestors()))) for each in body.iter()]


@given(documents, st.sampled_from(ENVELOPES), st.sampled_from(["", "urn:n", "urn:other"]))
def test_written_into_its_own_envelope_a_message_is_what_it_was(
    document: dict[str, Any], soap: str, own: str
) -> None:
    text = sample(document, soap, own)
    envelope = marked(text)
    assert envelope is not None and TEXT not in envelope
    body, _ = by_template(Template("e.xml", {"e.xml": envelope}), None, None).written(document, "utf-8")
    assert plain(body) == plain(text)


def test_types_stay_and_what_a_person_wrote_into_attributes_does_not() -> None:
    text = f"""<s:Envelope xmlns:s="{ENVELOPES[0]}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"
      xmlns:d="http://www.w3.org/2001/XMLSchema"><s:Body><a id="{TEXT}"><b i:type="d:string">{TEXT}</b></a></s:Body>
      </s:Envelope>"""
    envelope = str(marked(text))
    assert 'type="d:string"' in envelope and 'xmlns:d="http://www.w3.org/2001/XMLSchema"' in envelope
    assert TEXT not in envelope and "id=" not in envelope
    assert xml.parsed(envelope) is not None


def test_a_prefix_that_the_message_uses_itself_keeps_its_meaning() -> None:
    text = sample({"lsh": TEXT}, ENVELOPES[0], "").replace("xmlns:s=", 'xmlns:t="urn:theirs" xmlns:s=', 1)
    text = text.replace("<lsh>", f'<lsh xmlns:i="{XSI}" i:type="t:Number">')
    envelope = etree.fromstring(str(marked(text)))
    (lsh,) = envelope.iter("lsh")
    assert (lsh.get(f"{{{XSI}}}type"), lsh.nsmap["t"]) == ("t:Number", "urn:theirs")


@pytest.mark.parametrize("action", ["", "urn:n/submit"])
def test_the_action_of_an_envelope_is_what_stands_on_it(action: str) -> None:
    envelope = str(marked(sample({"lsh": TEXT}, ENVELOPES[0], "")))
    assert 't:action=""' in envelope
    template = Template("e.xml", {"e.xml": envelope.replace('t:action=""', f't:action="{action}"')})
    body, headers = by_template(template, None, None).written({"lsh": "1"}, "utf-8")
    assert headers["SOAPAction"] == f'"{action}"'
    assert b"action" not in body


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "<a/>",
        "<Envelope><Body><a/></Body></Envelope>",
        f'<e:Envelope xmlns:e="{ENVELOPES[0]}"><e:Body/></e:Envelope>',
    ],
)
def test_what_is_no_envelope_with_one_message_makes_none(text: str) -> None:
    assert marked(text) is None
