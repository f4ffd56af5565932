"""Which addresses belong to the internet, and not to a machine, a site or a protocol.

The tables are ours, after the IANA special-purpose registries (RFC 6890, state of 2025):
`ipaddress.is_global` changed its mind between Python's patch releases.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

_NOT_PUBLIC = tuple(
    IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "127.0.0.0/8", "255.255.255.255/32"),  # this machine, this network
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),  # private
        "100.64.0.0/10",  # behind a carrier's NAT; some clouds keep their metadata here
        "169.254.0.0/16",  # link-local, and the metadata of most clouds
        "192.0.0.0/24",  # protocols
        *("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "198.18.0.0/15",  # measuring
        *("224.0.0.0/4", "240.0.0.0/4"),  # multicast, reserved
    )
)
_UNICAST = IPv6Network("2000::/3")
"""All that was ever given out of IPv6. Outside of it are loopback, `fc00::/7`, `fe80::/10`,
`ff00::/8` and the forms that hold an IPv4 address: mapped, compatible, translated."""
_NOT_PUBLIC_OF_UNICAST = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols, Teredo among them, which holds an IPv4 address
        *("2001:db8::/32", "3fff::/20"),  # documentation
        "2002::/16",  # 6to4 holds an IPv4 address
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
"""What a network without IPv4 gives for a name that has IPv4 only (RFC 6052)."""


def is_public(address: Address) -> bool:
    """Say whether an address is one of the internet. Behind NAT64 the address inside counts."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC)
    if address.scope_id is not None:
        return False
    if address in _NAT64:
        return is_public(IPv4Address(address.packed[-4:]))
    return address in _UNICAST and not any(
        address in network for network in _NOT_PUBLIC_OF_UNICAST
    )
