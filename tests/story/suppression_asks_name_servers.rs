//! Whether domains take mail, asked of a name server over UDP (RFC 5321 section 5.1, RFC 7505).

use std::{net::SocketAddr, str::FromStr};

use hickory_resolver::proto::{
    op::{Message, MessageType, ResponseCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{A, MX},
    },
};
use jebi::dns::NameServers;
use jebi_domain::{address::verdict::Receives, port::MailHosts};
use tokio::net::UdpSocket;

fn name(text: &str) -> Name {
    Name::from_str(text).expect("a name")
}

/// What is answered to a question.
fn answer(asked: &Message) -> Option<Message> {
    let query = asked.queries.first()?;
    let (domain, kind) = (query.name().to_utf8(), query.query_type());
    let mut reply = asked.clone();
    reply.metadata.message_type = MessageType::Response;
    let record = |data| Record::from_rdata(query.name().clone(), 60, data);
    let mx = |exchange: &str| record(RData::MX(MX::new(10, name(exchange))));
    match (domain.as_str(), kind) {
        ("mail.example.kr.", RecordType::MX) => reply.answers.push(mx("mx.example.kr.")),
        ("null.example.kr.", RecordType::MX) => reply.answers.push(record(RData::MX(MX::new(0, Name::root())))),
        ("host.example.kr.", RecordType::A) => reply.answers.push(record(RData::A(A::new(192, 0, 2, 1)))),
        ("host.example.kr." | "empty.example.kr.", _) => {}
        ("broken.example.kr.", _) => reply.metadata.response_code = ResponseCode::ServFail,
        ("silent.example.kr.", _) => return None,
        _ => reply.metadata.response_code = ResponseCode::NXDomain,
    }
    Some(reply)
}

async fn serve() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    let address = socket.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut buffer = [0; 4096];
        while let Ok((n, from)) = socket.recv_from(&mut buffer).await {
            let asked = Message::from_vec(&buffer[..n]).expect("a question");
            if let Some(reply) = answer(&asked) {
                let _ = socket.send_to(&reply.to_vec().expect("an answer"), from).await;
            }
        }
    });
    address
}

#[tokio::test]
async fn a_domain_takes_mail_by_its_mx_or_by_itself_and_trouble_says_nothing() {
    let at = serve().await;
    let servers = NameServers::at(at.ip(), at.port()).expect("a resolver");
    for (domain, receives) in [
        ("mail.example.kr", Receives::Yes),
        ("null.example.kr", Receives::Refuses),
        ("host.example.kr", Receives::Yes),
        ("empty.example.kr", Receives::No),
        ("nowhere.example.kr", Receives::No),
    ] {
        assert_eq!(servers.receives(domain).await, receives, "{domain}");
    }
    let broken = servers.receives("broken.example.kr").await;
    assert!(matches!(broken, Receives::Unknown(_)), "{broken:?}");
    let silent = servers.receives("silent.example.kr").await;
    assert!(matches!(silent, Receives::Unknown(_)), "{silent:?}");
}
