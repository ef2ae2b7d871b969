"""URLs that lead inside, in whatever writing or disguise, and others that are no address of a picture."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocktailman import web
from cocktailman.web import _is_public, fetch_picture
from tests.helpers.web_site import LITERALLY, OVER_IPV6, PUBLIC, Site, refused

LOOK_UP = socket.getaddrinfo

INSIDE_HOSTS = [
    "localhost",
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "0177.0.0.01",
    "2130706433",
    "0X7F000001",
    "017700000001",
    "127.0.0.1.",
    "0",
    "0.0.0.0",
    "１２７。０。０。１",  # full width
    "①②⑦.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # metadata of most clouds, then of Alibaba's, Oracle's and Azure's
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "100.64.0.1",
    "198.18.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::10.0.0.1]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "[fe80::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[ff0e::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[5f00::1]",
    "inside.example",
    "half-inside.example",
    "half-inside6.example",
]


@pytest.mark.parametrize("host", INSIDE_HOSTS)
def test_what_leads_inside_is_refused(internet, host):
    refused(f"http://{host}/picture", "not on the open internet")
    assert not internet
    refused(f"http://pictures.example/to/https://{host}/picture", "not on the open internet")
    assert internet == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "begins with http"),
        ("pictures.example/picture", "begins with http"),
        ("file:///etc/passwd", "begins with http"),
        ("ftp://pictures.example/picture", "begins with http"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "begins with http"),
        ("data:image/png;base64,AAAA", "begins with http"),
        ("http://", "begins with http"),
        ("http:///picture", "begins with http"),
        ("http://[::1", "begins with http"),
        ("http://[fe80::1%25eth0]/", "begins with http"),
        ("http://%31%32%37.0.0.1/", "begins with http"),
        ("http://pictures.example%2f@127.0.0.1/", "user name"),
        ("http://pictures.example\\@127.0.0.1/", "user name"),
        ("http://127.0.0.1\\.pictures.example/", "begins with http"),
        ("http://127.0.0.1 .pictures.example/", "begins with http"),
        ("http://127.0.0.1../", "begins with http"),
        ("http://127.0.0.1\0.pictures.example/", "begins with http"),
        ("http://" + "a" * 64 + ".example/", "begins with http"),
        ("http://" + "a." * 127 + "example/", "begins with http"),
        ("http://pictures.example/\udcff", "begins with http"),
        ("http://pictures.example:0/", "port 0"),
        ("http://pictures.example:22/", "port 22"),
        ("http://pictures.example:443/", "port 443"),
        ("http://pictures.example:http/", "begins with http"),
        ("http://pictures.example:99999/", "begins with http"),
        ("http://me@pictures.example/picture", "user name"),
        ("http://:secret@pictures.example/picture", "user name"),
        ("http://pictures.example/" + "a" * 9000, "longer than 8000"),
    ],
)
def test_other_urls_are_refused(internet, url, says):
    refused(url, says)
    assert not internet


INSIDE = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
    192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3
"""
inside = st.sampled_from([ip_network(network) for network in INSIDE.split()]).flatmap(
    lambda network: st.integers(int(network[0]), int(network[-1])).map(IPv4Address)
)
number_forms = st.sampled_from(["{}", "0{:o}", "000{:o}", "0x{:x}", "0X{:08X}"])


@given(inside, st.lists(number_forms, min_size=1, max_size=4), st.sampled_from(["", "."]))
@settings(deadline=None)
def test_ipv4_in_any_writing_is_refused(address, forms, dot):
    numbers = [*address.packed[: len(forms) - 1], int.from_bytes(address.packed[len(forms) - 1 :])]
    host = ".".join(form.format(number) for form, number in zip(forms, numbers, strict=True))
    assert socket.inet_aton(host) == address.packed
    refused(f"http://{host}{dot}/", "not on the open internet")


def disguises(address: IPv4Address) -> list[IPv6Address]:
    """As IPv6: compatible, mapped, translated, NAT64, 6to4, Teredo."""
    number = int(address)
    return [
        IPv6Address(number),
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address(0xFFFF << 48 | number),
        IPv6Address(0x64FF9B << 96 | number),
        IPv6Address(0x2002 << 112 | number << 80),
        IPv6Address(0x20010000 << 96 | number ^ 0xFFFFFFFF),
    ]


@given(inside, st.integers(0, 5), st.sampled_from([str, lambda address: address.exploded.upper()]))
@settings(deadline=None)
def test_ipv4_disguised_as_ipv6_is_refused(address, which, written):
    refused(f"http://[{written(disguises(address)[which])}]/", "not on the open internet")


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
@settings(deadline=None)
def test_a_mapped_address_is_what_it_maps(address):
    _, mapped, _, nat64, *_ = disguises(address)
    assert _is_public(str(address)) == _is_public(str(mapped)) == _is_public(str(nat64))


@pytest.mark.parametrize("address", [PUBLIC, OVER_IPV6, "8.8.8.8", "172.32.0.1", "100.128.0.1", "2a00:1450:4001::1"])
def test_the_open_internet_is_open(address):
    assert _is_public(address)


def test_a_name_that_changes_its_mind_is_asked_once(internet, monkeypatch):
    looked_up = []

    def look_up(host, *args, **options):
        if host != "rebinding.example":
            return LOOK_UP(host, *args, **options)
        looked_up.append(host)
        return LOOK_UP(PUBLIC if len(looked_up) == 1 else "127.0.0.1", *args, **options)

    monkeypatch.setattr(web, "_addresses", LITERALLY)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert fetch_picture("http://rebinding.example/picture").size == (16, 8)
    assert (looked_up, internet) == (["rebinding.example"], [(PUBLIC, 80)])
    assert Site.asked == [("rebinding.example", "/picture")]
    refused("http://rebinding.example/picture", "not on the open internet")
