use jebi_domain::{
    content::{Fill, Variant},
    id::MessageId,
    message::{Lane, Message, OnUnknown},
};

use super::*;

/// What a request of so many messages counts for.
fn counted(messages: usize, fill: Option<Fill>) -> usize {
    let mailbox = Mailbox { email: "hong@example.kr".to_owned(), name: None };
    let content = Content {
        from: mailbox.clone(),
        reply_to: Vec::new(),
        subject: "소식".to_owned(),
        text: None,
        html: None,
        headers: Vec::new(),
        tags: Vec::new(),
        attachments: Vec::new(),
        calendar: None,
        list: None,
        shown: None,
        track: None,
        fill: fill.map(Box::new),
    };
    let message = Message {
        id: MessageId([7; 16]),
        topic: String::new(),
        lane: Lane::Bulk,
        provider: "local".to_owned(),
        route: String::new(),
        content,
        on_unknown: OnUnknown::Resend,
        created_at: Wall(0),
        due: Wall(0),
        scheduled: false,
        expires_at: None,
        variables: None,
    };
    let draft = Draft { message: Arc::new(message), copies: Copies::Each(vec![mailbox]), personal: Vec::new() };
    let answer: Answer = Box::new(|_| (202, Bytes::new()));
    let batch = AcceptBatch { drafts: vec![draft; messages], api_key: KeyNo(1), idempotency: None, at: Wall(0), answer };
    AcceptJob::new(batch, oneshot::channel().0).bytes()
}

#[test]
fn what_a_template_gives_each_message_counts_for_the_memory_of_what_waits() {
    let html = "가".repeat(30_000);
    let variant = Variant { language: "en".to_owned(), subject: String::new(), text: None, html: Some(html.clone()) };
    let fill = Fill { variants: vec![variant], parts: [("base.html".to_owned(), html)].into(), ..Fill::default() };
    assert!(counted(10, None) < 10_000);
    assert!(counted(10, Some(fill)) > 10 * 2 * 90_000);
}
