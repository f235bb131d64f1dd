"""Which addresses may be called: a table of every trick that we know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.outside import (
    PRIVATE,
    UNKNOWN,
    Rules,
    Target,
    UrlFault,
    choose,
    is_public,
    target_of,
)

RULES = Rules()
SANDBOX = Rules(loopback=True)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::6810:84e5", "1.1.1.1"])
def test_the_internets_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",  # carrier-grade NAT
        "100.100.100.200",  # a cloud's metadata
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",  # a cloud's host
        "169.254.169.254",  # most clouds' metadata
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",  # a cloud's metadata
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",  # IPv4-compatible
        "::ffff:127.0.0.1",  # IPv4-mapped
        "::ffff:8.8.8.8",  # the same around a public one
        "::ffff:0:127.0.0.1",  # IPv4-translated
        "64:ff9b::7f00:1",  # NAT64
        "64:ff9b::808:808",
        "64:ff9b:1::7f00:1",
        "100::1",  # discard
        "2001::1",  # Teredo
        "2001:0:7f00:1::",
        "2001:20::1",  # ORCHID
        "2001:db8::1",
        "2002:7f00:1::",  # 6to4 around 127.0.0.1
        "2002:808:808::",
        "3fff::1",
        "5f00::1",  # segment routing
        "fc00::1",  # unique local
        "fd12:3456:789a::1",
        "fd00:ec2::254",  # a cloud's metadata
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",  # site-local
        "ff02::1",
        "not an address",
        "",
    ],
)
def test_no_other_address_is(address: str) -> None:
    assert not is_public(address)


def test_a_whole_url_is_taken_apart() -> None:
    assert target_of("https://Hooks.Example.com./in?a=b", RULES) == Target(
        scheme="https", host="hooks.example.com", port=443, path="/in?a=b"
    )


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.example.com/in", "url.not_https"),
        ("ftp://hooks.example.com/in", "url.not_https"),
        ("file:///etc/passwd", "url.malformed"),
        ("gopher://hooks.example.com", "url.not_https"),
        ("//hooks.example.com/in", "url.not_https"),
        ("hooks.example.com", "url.malformed"),
        ("", "url.malformed"),
        ("https://", "url.malformed"),
        ("https:///in", "url.malformed"),
        ("https://hooks.example.com:0/in", "url.malformed"),
        ("https://hooks.example.com:99999/in", "url.malformed"),
        ("https://[::1", "url.malformed"),
        ("https://hooks.example.com/\r\nHost: inside", "url.malformed"),
        ("https://hooks.example.com/a b", "url.malformed"),
        ("https://hooks.example.com\\@inside/", "url.malformed"),
        ("https://höoks.example.com/", "url.malformed"),
        ("https://hooks.example.com/" + "a" * 2000, "url.malformed"),
        ("https://mia:secret@hooks.example.com/in", "url.has_user"),
        ("https://hooks.example.com@10.0.0.1/in", "url.has_user"),
        ("https://hooks.example.com/in#part", "url.has_fragment"),
        ("https://hooks.example.com:8443/in", "url.port_not_allowed"),
        ("https://hooks.example.com:22/in", "url.port_not_allowed"),
        ("https://localhost/in", "url.not_public"),
        ("https://api.localhost/in", "url.not_public"),
        ("https://127.0.0.1/in", "url.not_public"),
        ("https://127.1/in", "url.not_public"),
        ("https://2130706433/in", "url.not_public"),
        ("https://0x7f000001/in", "url.not_public"),
        ("https://0x7f.1/in", "url.not_public"),
        ("https://017700000001/in", "url.not_public"),
        ("https://169.254.169.254/latest/meta-data", "url.not_public"),
        ("https://[::1]/in", "url.not_public"),
        ("https://[::ffff:10.0.0.1]/in", "url.not_public"),
        ("https://[fe80::1%25eth0]/in", "url.not_public"),
    ],
)
@pytest.mark.parametrize("rules", [RULES, Rules(ports=frozenset({443, 9443}))])
def test_what_may_not_be_called_is_refused_with_its_reason(
    url: str, code: str, rules: Rules
) -> None:
    found = target_of(url, rules)

    assert isinstance(found, UrlFault), found
    assert found.code == code
    assert found.detail.endswith(".")


def test_other_ports_are_a_setting() -> None:
    assert isinstance(
        target_of("https://hooks.example.com:9443/", Rules(ports=frozenset({443, 9443}))), Target
    )


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8090/hooks/a", "http://localhost:8090/", "https://127.0.0.1/in"]
)
def test_this_machine_may_be_called_with_the_sandbox_on_and_only_then(url: str) -> None:
    assert isinstance(target_of(url, SANDBOX), Target)
    assert isinstance(target_of(url, RULES), UrlFault)


@pytest.mark.parametrize("url", ["http://10.0.0.1:8090/", "http://hooks.example.com/"])
def test_the_sandbox_opens_nothing_but_this_machine(url: str) -> None:
    assert isinstance(target_of(url, SANDBOX), UrlFault)


HOOKS = Target(scheme="https", host="hooks.example.com", port=443, path="/")


@pytest.mark.parametrize(
    ("found", "chosen"),
    [
        (["93.184.216.34"], "93.184.216.34"),
        (["93.184.216.34", "2606:4700::1"], "93.184.216.34"),
        ([], UNKNOWN),
        (["10.0.0.1"], PRIVATE),
        (["93.184.216.34", "10.0.0.1"], PRIVATE),  # One private address spoils the name.
        (["93.184.216.34", "::ffff:10.0.0.1"], PRIVATE),
        (["127.0.0.1"], PRIVATE),
    ],
)
@pytest.mark.parametrize("rules", [RULES, SANDBOX])
def test_every_address_of_a_name_must_be_public(
    found: list[str], chosen: str | UrlFault, rules: Rules
) -> None:
    assert choose(HOOKS, found, rules) == chosen


def test_with_the_sandbox_on_localhost_leads_to_this_machine_only() -> None:
    here = Target(scheme="http", host="localhost", port=8090, path="/")

    assert choose(here, ["127.0.0.1"], SANDBOX) == "127.0.0.1"
    assert choose(here, ["10.0.0.1"], SANDBOX) == PRIVATE


@given(st.text(max_size=60))
def test_nothing_breaks_it(text: str) -> None:
    for url in (text, f"https://{text}/", f"https://{text}@a.example", f"https://a:{text}/"):
        assert isinstance(target_of(url, SANDBOX), Target | UrlFault)
    assert choose(HOOKS, [text], RULES) in (PRIVATE, text)
