use axum::http::Request;
use jebi_domain::network::Network;

use super::*;

fn settings() -> AccessSettings {
    let trusted = ["10.0.0.0/8", "2001:db8:ffff::/48"].map(|net| Network::parse(net).expect("a network"));
    AccessSettings { trusted_proxies: trusted.to_vec(), ..AccessSettings::default() }
}

fn seen(peer: &str, headers: &[(&str, &str)]) -> Client {
    let peer = Peer(peer.parse().expect("a socket address"));
    let request = headers.iter().fold(Request::get("/").extension(peer), |request, (name, value)| request.header(*name, *value));
    of(&request.body(()).expect("a request"), &settings())
}

fn at(address: &str) -> Sender {
    Sender::At(address.parse().expect("an address"))
}

#[test]
fn without_a_network_there_is_no_address() {
    let request = Request::get("/").header("x-forwarded-for", "192.0.2.1").body(()).expect("a request");
    assert_eq!(of(&request, &settings()), Client { sender: Sender::Here, https: false, proxied: false });
}

#[test]
fn who_is_no_declared_proxy_speaks_for_itself_only() {
    for forged in [("x-forwarded-for", "10.0.0.9"), ("forwarded", "for=10.0.0.9"), ("x-forwarded-proto", "https")] {
        assert_eq!(seen("203.0.113.5:99", &[forged]), Client { sender: at("203.0.113.5"), https: false, proxied: false });
    }
    assert_eq!(seen("[::ffff:203.0.113.5]:99", &[]).sender, at("203.0.113.5"));
    assert_eq!(seen("[2001:db8::5]:99", &[("x-forwarded-for", "10.0.0.9")]).sender, at("2001:db8::5"));
}

#[test]
fn the_first_hop_from_the_right_that_is_no_proxy_counts() {
    let by = |value| seen("10.0.0.1:5", &[("x-forwarded-for", value)]).sender;
    assert_eq!(by("192.0.2.7"), at("192.0.2.7"));
    assert_eq!(by("10.9.9.9, 198.51.100.4,192.0.2.7 , 10.0.0.2"), at("192.0.2.7"));
    assert_eq!(by("rubbish, 192.0.2.7, 10.0.0.2"), at("192.0.2.7"));
    assert_eq!(by("192.0.2.7:4711"), at("192.0.2.7"));
    assert_eq!(by("2001:db8::7"), at("2001:db8::7"));
    assert_eq!(by("[2001:db8::7]:4711, 2001:db8:ffff::1"), at("2001:db8::7"));
    assert_eq!(by("::ffff:192.0.2.7, ::ffff:10.0.0.2"), at("192.0.2.7"));
    assert_eq!(by("10.0.0.3, 10.0.0.2"), at("10.0.0.3"), "only proxies: the farthest");
    assert_eq!(seen("[::ffff:10.0.0.1]:5", &[("x-forwarded-for", "192.0.2.7")]).sender, at("192.0.2.7"), "a proxy seen as IPv6");
    let lines = [("x-forwarded-for", "192.0.2.1"), ("x-forwarded-for", "192.0.2.2")];
    assert_eq!(seen("10.0.0.1:5", &lines).sender, at("192.0.2.2"), "several lines are one list (RFC 9110, 5.3)");
}

#[test]
fn what_a_proxy_says_unclearly_is_unclear() {
    for bad in ["", " , ", "unknown", "192.0.2.7, nonsense", "192.0.2.7,", "999.0.0.1", "_hidden", "192.0.2.7:port"] {
        assert_eq!(seen("10.0.0.1:5", &[("x-forwarded-for", bad)]).sender, Sender::Unclear, "{bad:?}");
    }
    for bad in ["for=unknown", "for=_hidden", "by=10.0.0.1", "for=\"[::1", "nonsense"] {
        assert_eq!(seen("10.0.0.1:5", &[("forwarded", bad)]).sender, Sender::Unclear, "{bad:?}");
    }
}

#[test]
fn forwarded_is_read_as_rfc_7239_has_it() {
    let by = |value| seen("10.0.0.1:5", &[("forwarded", value)]).sender;
    assert_eq!(by("for=192.0.2.60;proto=http;by=203.0.113.43"), at("192.0.2.60"));
    assert_eq!(by("For=\"[2001:db8:cafe::17]:4711\""), at("2001:db8:cafe::17"));
    assert_eq!(by("for=10.1.1.1, for=192.0.2.43, for=10.0.0.4;proto=https"), at("192.0.2.43"));
    assert_eq!(by("for=\"unclosed, for=192.0.2.43"), at("192.0.2.43"), "an open quote of the caller swallows nothing");
}

#[test]
fn two_headers_count_only_where_they_agree() {
    let both = |xff, fwd| seen("10.0.0.1:5", &[("x-forwarded-for", xff), ("forwarded", fwd)]).sender;
    assert_eq!(both("192.0.2.7", "for=192.0.2.7"), at("192.0.2.7"));
    assert_eq!(both("192.0.2.7", "for=198.51.100.1"), Sender::Unclear);
    assert_eq!(both("192.0.2.7", "for=unknown"), Sender::Unclear);
}

#[test]
fn a_declared_proxy_says_whether_it_was_tls() {
    let https = |headers: &[(&str, &str)]| seen("10.0.0.1:5", headers).https;
    assert!(https(&[("x-forwarded-proto", "https")]) && https(&[("x-forwarded-proto", "http, HTTPS")]));
    assert!(!https(&[("x-forwarded-proto", "https, http")]) && !https(&[]));
    assert!(https(&[("forwarded", "for=192.0.2.1;proto=https")]) && !https(&[("forwarded", "for=192.0.2.1;proto=http")]));
    assert!(seen("10.0.0.1:5", &[]).proxied && seen("10.0.0.1:5", &[]).sender == at("10.0.0.1"));
}
