"""Which addresses are of the internet, in every way of writing those that are not."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest

from bot.internet import refusal
from bot.internet.public import is_public

FORBIDDEN = {
    "unspecified": "0.0.0.0",
    "this network": "0.1.2.3",
    "private, ten": "10.0.0.1",
    "private, ten, last": "10.255.255.255",
    "behind a carrier": "100.64.0.1",
    "behind a carrier, last": "100.127.255.255",
    "metadata behind a carrier": "100.100.100.200",
    "loopback": "127.0.0.1",
    "loopback, last": "127.255.255.254",
    "link-local": "169.254.0.1",
    "metadata": "169.254.169.254",
    "private, 172": "172.16.0.1",
    "private, 172, last": "172.31.255.255",
    "protocols": "192.0.0.1",
    "metadata of a cloud": "192.0.0.192",
    "documentation": "192.0.2.1",
    "relay of 6to4": "192.88.99.1",
    "private, 192": "192.168.1.1",
    "measuring": "198.19.255.255",
    "second documentation": "198.51.100.7",
    "third documentation": "203.0.113.7",
    "multicast": "224.0.0.1",
    "multicast, last": "239.255.255.255",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
}
PUBLIC = ["1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0"]
PUBLIC += ["126.255.255.255", "128.0.0.0", "169.253.255.255", "172.15.255.255", "172.32.0.0"]
PUBLIC += ["192.0.1.1", "192.167.255.255", "198.17.255.255", "223.255.255.255"]
PUBLIC += ["2606:4700::1111", "2a00:1450:4007:80e::200e", "2620:fe::fe", "2400:cb00::1"]
PUBLIC += ["64:ff9b::8.8.8.8"]

ONLY_IPV6 = {
    "unspecified": "::",
    "loopback": "::1",
    "local translation": "64:ff9b:1::808:808",
    "discarding": "100::1",
    "Teredo": "2001:0:53aa:64c::1",
    "ORCHID": "2001:20::1",
    "documentation": "2001:db8::1",
    "new documentation": "3fff::1",
    "segment routing": "5f00::1",
    "unique local": "fc00::1",
    "unique local, chosen": "fd12:3456:789a::1",
    "metadata": "fd00:ec2::254",
    "link-local": "fe80::1",
    "link-local, further": "febf::1",
    "link-local, with a zone": "fe80::1%eth0",
    "public, with a zone": "2606:4700::1111%1",
    "site-local": "fec0::1",
    "multicast": "ff02::1",
    "multicast, global": "ff0e::1",
}


def embedded(address: str) -> dict[str, IPv6Address]:
    """Give the forms of IPv6 in which an IPv4 address hides."""
    four = int(IPv4Address(address))
    return {
        "mapped": IPv6Address((0xFFFF << 32) | four),
        "compatible": IPv6Address(four),
        "translated": IPv6Address((0xFFFF << 48) | four),
        "NAT64": IPv6Address((0x64FF9B << 96) | four),
        "local NAT64": IPv6Address((0x64FF9B0001 << 80) | four),
        "6to4": IPv6Address((0x2002 << 112) | (four << 80) | 1),
        "Teredo": IPv6Address((0x20010000 << 96) | (four ^ 0xFFFFFFFF)),
    }


@pytest.mark.parametrize("address", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_no_form_of_a_forbidden_address_is_public(address):
    assert not is_public(ip_address(address))
    assert {name: form for name, form in embedded(address).items() if is_public(form)} == {}


@pytest.mark.parametrize("address", ONLY_IPV6.values(), ids=ONLY_IPV6.keys())
def test_what_is_special_in_ipv6_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_what_lies_beside_the_special_is_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize("name", ["mapped", "compatible", "translated", "6to4", "Teredo"])
def test_a_public_address_in_disguise_is_not_needed_by_anybody(name):
    assert not is_public(embedded("8.8.8.8")[name])


def spelled(address: str) -> set[str]:
    """Give the ways in which libraries of C, and people who try, write an IPv4 address."""
    four = int(IPv4Address(address))
    a, b, c, d = address.split(".")
    octal, hexadecimal = [f"0{int(part):o}" for part in (a, b, c, d)], f"{four:#010x}"
    return {
        *(str(four), hexadecimal, hexadecimal.upper().replace("0X", "0x"), f"0{four:o}"),
        *(".".join(octal), ".".join(f"{int(part):#x}" for part in (a, b, c, d))),
        *(f"{a}.{(int(b) << 16) | (int(c) << 8) | int(d)}", f"{a}.{b}.{(int(c) << 8) | int(d)}"),
        *(f"{a}.{b}.{c}.0{int(d):o}", f"00{a}.{b}.{c}.{d}", f"{a}.{b}.{c}.{int(d):#x}"),
        *(f"{address}.", f"{a}.{b}.{c}", f"{a}。{b}。{c}。{d}", f"{a}．{b}．{c}．{d}"),
        *(address.translate({48 + n: 0xFF10 + n for n in range(10)}), f"%31{address}"),
        *(f"[{address}]", f"user@{address}", f"api.example@{address}", f"{address}\\@api.example"),
        *(f"[{form}]" for form in embedded(address).values()),
        *(f"[::ffff:{address}]", f"[::{address}]", f"[64:ff9b::{address}]", f"[fe80::{d}%25eth0]"),
    }


@pytest.mark.parametrize("address", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_no_spelling_of_a_forbidden_address_can_be_written(address):
    admitted = {
        url
        for host in spelled(address)
        for url in (f"https://{host}/", f"https://{host}:8080/x", f"http://{host}/")
        if not refusal(url)
    }
    assert admitted == set()
