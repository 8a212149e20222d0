import pytest

from closeup.readers.xml_input import MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, parse
from closeup.sources import SourceError


def node(text):
    return parse(text.encode(), "f.xml", "a")


def test_names_lose_their_namespace_and_elements_know_their_line():
    root = node('<a xmlns="urn:x" xmlns:y="urn:y">\n\n<b y:href="1"/></a>')
    assert root.one("b").need("href") == "1"
    assert root.one("b").place == "f.xml:3"


def test_text_is_joined_in_the_order_of_the_document():
    assert node("<a> one <b>two\n</b>  three</a>").text == "one two three"


def test_a_missing_attribute_is_told_from_a_blank_one_by_neither():
    root = node('<a x=" "/>')
    assert root.get("x") is None
    assert root.get("y") is None
    with pytest.raises(SourceError, match=r"f\.xml:1: <a> x: need this attribute"):
        root.need("x")


@pytest.mark.parametrize("text", ["1", "-1.5", ".5", "+3.", "007"])
def test_a_plain_number_is_read(text):
    assert node(f'<a x="{text}"/>').number("x") == float(text)


@pytest.mark.parametrize(
    "text", ["nan", "inf", "1e3", "0x10", "1_000", "1,5", "", "٣", "1" * 33, "--1", "1 2"]
)
def test_anything_else_is_no_number(text):
    with pytest.raises(SourceError, match="x: "):
        node(f'<a x="{text}"/>').number("x")


@pytest.mark.parametrize("text", ["-1", "1.0", "1e3", "9999999999", "²", "٣", ""])
def test_a_whole_number_is_digits_only(text):
    with pytest.raises(SourceError, match="x: "):
        node(f'<a x="{text}"/>').integer("x")


def test_points_lose_a_last_one_that_repeats_the_first():
    assert node('<a points="0,0 9,0 9,9 0,0"/>').points() == ((0, 0), (9, 0), (9, 9))
    assert node('<a points="0 0, 9 0, 9 9"/>').points() == ((0, 0), (9, 0), (9, 9))


@pytest.mark.parametrize(
    "text", ["0,0 1", "0,0 1,1", "a,b c,d e,f", "", "0,0 9,0 9,1e9", "0,0 0,0"]
)
def test_points_must_be_three_pairs_of_numbers(text):
    with pytest.raises(SourceError, match="points: "):
        node(f'<a points="{text}"/>').points()


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a SYSTEM "http://localhost/a.dtd"><a/>',
        "<!DOCTYPE a [<!ENTITY % p \"<!ENTITY q 'r'>\">%p;]><a>&q;</a>",
        "<!DOCTYPE a><a/>",
    ],
)
def test_no_document_type_and_no_entity_is_accepted(text):
    with pytest.raises(SourceError, match="no document type or entity"):
        node(text)


def test_depth_is_bounded():
    assert node("<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH)
    with pytest.raises(SourceError, match="nested more than"):
        node("<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1))


def test_elements_and_attributes_are_bounded():
    with pytest.raises(SourceError, match=f"more than {MAX_ELEMENTS} elements"):
        node("<a>" + "<b/>" * MAX_ELEMENTS + "</a>")
    with pytest.raises(SourceError, match=f"more than {MAX_ATTRIBUTES} attributes"):
        node("<a " + " ".join(f'a{i}=""' for i in range(MAX_ATTRIBUTES + 1)) + "/>")


@pytest.mark.parametrize(
    "data",
    [
        b"<a>&#xD800;</a>",
        b"<a x='&#xDFFF;'/>",
        b"\xff\xfe" + "<a>\ud800</a>".encode("utf-16-le", "surrogatepass"),
        b"<a>\xed\xa0\x80</a>",
    ],
)
def test_half_a_character_is_refused(data):
    with pytest.raises(SourceError, match="not well-formed XML") as error:
        parse(data, "f.xml", "a")
    assert str(error.value).isprintable()


def test_a_name_too_long_to_print_is_cut():
    with pytest.raises(SourceError, match="need <a> at the top") as error:
        node(f"<{'b' * 100_000}/>")
    assert len(str(error.value)) < 200


def test_an_error_of_syntax_names_the_line():
    with pytest.raises(SourceError, match=r"f\.xml:3: not well-formed XML: mismatched tag"):
        node("<a>\n<b>\n</a>")


def test_bytes_that_are_not_utf_8_are_named():
    with pytest.raises(SourceError, match="byte 0xe9 at offset 4"):
        parse(b"<a>x\xe9</a>", "f.xml", "a")


def test_a_declared_encoding_is_honoured():
    assert parse(b'<?xml version="1.0" encoding="latin-1"?><a>\xe9</a>', "f.xml", "a").text == "é"


def test_the_root_must_be_the_one_expected():
    with pytest.raises(SourceError, match=r"f\.xml:1: <b> need <a> at the top"):
        node("<b/>")
