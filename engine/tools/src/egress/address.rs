//! Which addresses of the Internet protocols are public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is, as far as connecting to it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Anybody's server.
    Public,
    /// Of this machine or its networks: only for hosts that were named as private ones.
    Private(&'static str),
    /// Nothing that a request of somebody else's code is ever to reach.
    Never(&'static str),
}

/// What an address is. Whatever is not known to be public, is not.
pub(super) fn standing(address: IpAddr) -> Standing {
    match address {
        IpAddr::V4(address) => standing_v4(address),
        IpAddr::V6(address) => standing_v6(address),
    }
}

/// Where clouds answer machines with credentials, outside of the link-local addresses.
const METADATA_V4: [Ipv4Addr; 3] = [
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(192, 0, 0, 192),
];
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

fn standing_v4(address: Ipv4Addr) -> Standing {
    use Standing::{Never, Private, Public};

    if METADATA_V4.contains(&address) {
        return Never("a metadata service");
    }
    match address.octets() {
        [127, ..] => Private("a loopback address"),
        [10, ..] | [192, 168, ..] => Private("a private address"),
        [172, second, ..] if second & 0xf0 == 16 => Private("a private address"),
        [100, second, ..] if second & 0xc0 == 64 => Private("an address of a provider's network"),
        [169, 254, ..] => Never("a link-local address, where metadata services are"),
        [0, ..] => Never("an unspecified address"),
        [192, 0, 0, _] | [192, 88, 99, _] => Never("an address of protocols"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Never("an address of examples"),
        [198, 18 | 19, ..] => Never("an address of benchmarks"),
        [first, ..] if first & 0xf0 == 224 => Never("a multicast address"),
        [first, ..] if first & 0xf0 == 240 => Never("a reserved address"),
        _ => Public,
    }
}

fn standing_v6(address: Ipv6Addr) -> Standing {
    use Standing::{Never, Private, Public};

    if address == METADATA_V6 {
        return Never("a metadata service");
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Never("an unspecified address"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Private("a loopback address"),
        // Which address of the other protocol a router makes of these is not for us to know.
        [0, 0, 0, 0, 0, 0xffff | 0, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => {
            Never("a translated address")
        }
        [0x64, 0xff9b, ..] | [0x2002, ..] => Never("a translated address"),
        [first, ..] if first & 0xfe00 == 0xfc00 => Private("a private address"),
        [first, ..] if first & 0xffc0 == 0xfe80 => Never("a link-local address"),
        [first, ..] if first & 0xffc0 == 0xfec0 => Never("a site-local address"),
        [first, ..] if first & 0xff00 == 0xff00 => Never("a multicast address"),
        [0x2001, 0x0db8, ..] => Never("an address of examples"),
        [0x3fff, second, ..] if second < 0x1000 => Never("an address of examples"),
        [0x2001, second, ..] if second < 0x0200 => Never("an address of protocols"),
        [first, ..] if first & 0xe000 == 0x2000 => Public,
        _ => Never("a reserved address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Standing {
        standing(address.parse().unwrap())
    }

    #[test]
    fn servers_of_the_internet_are_public() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2001:4860:4860::8888",
            "2a00:1450::1",
            "2001:200::1",
            "3fff:1000::1",
        ] {
            assert_eq!(of(address), Standing::Public, "{address}");
        }
    }

    #[test]
    fn addresses_of_this_machine_and_its_networks_are_private() {
        for address in [
            "127.0.0.1",
            "127.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "192.168.0.0",
            "192.168.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "::1",
            "fc00::1",
            "fdff:ffff::1",
        ] {
            assert!(matches!(of(address), Standing::Private(_)), "{address}");
        }
    }

    #[test]
    fn metadata_services_and_what_is_no_server_are_reached_by_nobody() {
        for address in [
            "169.254.169.254",
            "169.254.0.0",
            "169.254.255.255",
            "168.63.129.16",
            "100.100.100.200",
            "192.0.0.192",
            "0.0.0.0",
            "0.1.2.3",
            "192.0.0.1",
            "192.88.99.1",
            "192.0.2.1",
            "198.51.100.1",
            "203.0.113.1",
            "198.18.0.0",
            "198.19.255.255",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "fd00:ec2::254",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "3fff::1",
            "2001::1",
            "2001:1ff::1",
            "4000::1",
            "100::1",
        ] {
            assert!(matches!(of(address), Standing::Never(_)), "{address}");
        }
    }

    #[test]
    fn addresses_that_stand_for_one_of_the_other_protocol_are_reached_by_nobody() {
        for address in [
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::ffff:0:127.0.0.1",
            "::127.0.0.1",
            "::2",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:808:808::1",
        ] {
            assert_eq!(of(address), Standing::Never("a translated address"), "{address}");
        }
    }
}
