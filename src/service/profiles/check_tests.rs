use super::*;

fn new() -> NewProfile {
    NewProfile {
        name: "shop".into(),
        from: Given::Text("제비상점 <news@jebi.example>".into()),
        reply_to: vec![],
        company: Company {
            name: Some(" 제비상점 ".into()),
            postal_address: Some("서울특별시 중구 세종대로 110".into()),
            phone: Some("+82 2-120".into()),
            email: Some("help@jebi.example".into()),
            representative: Some("홍길동".into()),
            business_number: Some("123-45-67890".into()),
        },
        language: Some("ko-KR".into()),
        tracking: Tracking::default(),
        unsubscribe: Some(Refusing::At("https://shop.example.kr/u?e={email}".into())),
        list_id: Some("news.jebi.example".into()),
        consent_notices: true,
    }
}

fn codes(new: NewProfile) -> Vec<(String, &'static str)> {
    check(new).expect_err("faults").faults.into_iter().map(|f| (f.field, f.code)).collect()
}

#[test]
fn a_whole_profile_is_taken_and_white_space_around_it_dropped() {
    let profile = check(new()).expect("valid");
    assert_eq!(profile.company.name.as_deref(), Some("제비상점"));
    assert_eq!(profile.from.name.as_deref(), Some("제비상점"));
    assert_eq!(profile.company.lacks(), [""; 0]);
}

#[test]
fn every_fault_is_found_at_once() {
    let bad = NewProfile {
        name: "제비".into(),
        from: Given::Text("news".into()),
        reply_to: vec![Given::Text("a@b.kr".into()), Given::Text("b".into())],
        company: Company {
            phone: Some("전화".into()),
            email: Some("help".into()),
            business_number: Some("-".into()),
            ..Company::default()
        },
        language: Some("한국어".into()),
        unsubscribe: Some(Refusing::At("http://shop.example.kr/u".into())),
        list_id: Some("news".into()),
        ..new()
    };
    let fields: Vec<String> = codes(bad).into_iter().map(|(field, _)| field).collect();
    assert_eq!(
        fields,
        ["name", "from", "reply_to[1]", "company.phone", "company.business_number", "company.email", "language", "unsubscribe", "list_id"]
    );
}

/// Each of these reaches a header, a link or the footer.
#[test]
fn no_field_takes_a_line_break() {
    for ends in ["\r\nBcc: evil@example.com", "\n", "\r", "\0", "\u{85}", "\u{2028}"] {
        let with = |text: &str| Some(format!("{text}{ends}x"));
        let parts = Given::Parts { email: "news@jebi.example".into(), name: with("제비") };
        let address = Given::Parts { email: format!("news@jebi.example{ends}x"), name: None };
        let company = new().company;
        let bad = [
            NewProfile { from: parts.clone(), ..new() },
            NewProfile { from: address.clone(), ..new() },
            NewProfile { reply_to: vec![parts], ..new() },
            NewProfile { company: Company { name: with("제비상점"), ..company.clone() }, ..new() },
            NewProfile { company: Company { postal_address: with("서울"), ..company.clone() }, ..new() },
            NewProfile { company: Company { phone: with("02-120"), ..company.clone() }, ..new() },
            NewProfile { company: Company { email: with("a@b.kr"), ..company.clone() }, ..new() },
            NewProfile { company: Company { representative: with("홍길동"), ..company.clone() }, ..new() },
            NewProfile { company: Company { business_number: with("1"), ..company.clone() }, ..new() },
            NewProfile { language: with("ko"), ..new() },
            NewProfile { list_id: with("news.jebi.example"), ..new() },
            NewProfile { unsubscribe: with("https://shop.example.kr/u").map(Refusing::At), ..new() },
            NewProfile { name: format!("shop{ends}x"), ..new() },
        ];
        for (i, one) in bad.into_iter().enumerate() {
            assert!(check(one).is_err(), "{ends:?} in field {i}");
        }
    }
}
