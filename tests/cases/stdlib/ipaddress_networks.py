# IP addresses: parsing, networks, subnets, containment, ranges, summaries and special addresses.
import ipaddress

v4 = ipaddress.ip_address("192.168.10.77")
v6 = ipaddress.ip_address("2001:db8::ff00:42:8329")
print(v4 + 3, int(v4), v4.packed, v4.is_private, v4.reverse_pointer)
print(f"{v4:b}"[:12], v4 < ipaddress.ip_address("192.168.10.100"))
print(v6.compressed, v6.exploded, v6.is_global, ipaddress.ip_address("::ffff:10.0.0.1").ipv4_mapped, v6.version)

network = ipaddress.ip_network("192.168.8.0/22")
print(network.num_addresses, network.netmask, network.hostmask)
print(network.broadcast_address, v4 in network, network[1], network[-2])
print([str(subnet) for subnet in network.subnets(new_prefix=24)])
print(network.supernet(), network.overlaps(ipaddress.ip_network("192.168.0.0/16")))
print([str(host) for host in ipaddress.ip_network("10.0.0.248/30").hosts()])
print(list(ipaddress.ip_network("10.0.0.9/32").hosts()))
first, last = map(ipaddress.IPv4Address, ("10.0.0.5", "10.0.0.12"))
print([str(block) for block in ipaddress.summarize_address_range(first, last)])
blocks = map(ipaddress.ip_network, ["10.1.0.0/25", "10.1.0.128/25", "10.1.1.0/24", "10.3.0.0/24"])
print([str(block) for block in ipaddress.collapse_addresses(blocks)])
print([str(n) for n in ipaddress.ip_network("10.0.0.0/29").address_exclude(ipaddress.ip_network("10.0.0.2/31"))])
interface = ipaddress.ip_interface("10.0.3.7/20")
print(interface.ip, interface.network, interface.with_netmask, interface.with_hostmask)

routes = {ipaddress.ip_network(text): name for text, name in
          {"0.0.0.0/0": "uplink", "10.0.0.0/8": "office", "10.7.0.0/16": "lab", "10.7.9.0/24": "bench"}.items()}
for text in ("8.8.8.8", "10.200.1.1", "10.7.1.1", "10.7.9.200"):
    address = ipaddress.ip_address(text)
    best = max((net for net in routes if address in net), key=lambda net: net.prefixlen)
    print(f"{text:<11}{routes[best]} via {best}")
for text in ("256.1.1.1", "10.0.0.1/24", "1.2.3", "::g", "01.2.3.4", "10.0.0.0/33"):
    try:
        ipaddress.ip_network(text)
    except ValueError as exc:
        print(f"{text:<12}{type(exc).__name__}")
print(sorted(map(ipaddress.ip_address, ["10.0.0.10", "10.0.0.9", "9.255.0.1"]))[0])
print(ipaddress.ip_address("127.0.0.1").is_loopback)
print([ipaddress.ip_address(a).is_multicast for a in ("224.0.0.1", "ff02::1", "1.1.1.1")], ipaddress.v4_int_to_packed(1))

#=> 192.168.10.80 3232238157 b'\xc0\xa8\nM' True 77.10.168.192.in-addr.arpa
#=> 110000001010 True
#=> 2001:db8::ff00:42:8329 2001:0db8:0000:0000:0000:ff00:0042:8329 False 10.0.0.1 6
#=> 1024 255.255.252.0 0.0.3.255
#=> 192.168.11.255 True 192.168.8.1 192.168.11.254
#=> ['192.168.8.0/24', '192.168.9.0/24', '192.168.10.0/24', '192.168.11.0/24']
#=> 192.168.8.0/21 True
#=> ['10.0.0.249', '10.0.0.250']
#=> [IPv4Address('10.0.0.9')]
#=> ['10.0.0.5/32', '10.0.0.6/31', '10.0.0.8/30', '10.0.0.12/32']
#=> ['10.1.0.0/23', '10.3.0.0/24']
#=> ['10.0.0.4/30', '10.0.0.0/31']
#=> 10.0.3.7 10.0.0.0/20 10.0.3.7/255.255.240.0 10.0.3.7/0.0.15.255
#=> 8.8.8.8    uplink via 0.0.0.0/0
#=> 10.200.1.1 office via 10.0.0.0/8
#=> 10.7.1.1   lab via 10.7.0.0/16
#=> 10.7.9.200 bench via 10.7.9.0/24
#=> 256.1.1.1   ValueError
#=> 10.0.0.1/24 ValueError
#=> 1.2.3       ValueError
#=> ::g         ValueError
#=> 01.2.3.4    ValueError
#=> 10.0.0.0/33 ValueError
#=> 9.255.0.1
#=> True
#=> [True, True, False] b'\x00\x00\x00\x01'
