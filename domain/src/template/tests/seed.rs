//! The example templates of the attachment service's document, as they are printed there (requirement S0-9).

use super::*;

const BASE: &str = include_str!("emails/base.html");
const NOTIFICATION: &str = include_str!("emails/notification.html");
const TEXT: &str = include_str!("emails/notification.txt");

fn made() -> Renderer {
    let fill = Fill { missing: crate::content::Missing::Empty, ..parts(&[("emails/base.html", BASE)]) };
    Renderer::new(&content(fill, "{{ subject }}", Some(TEXT), Some(NOTIFICATION)), None).unwrap()
}

#[test]
fn the_documents_templates_run_as_printed() {
    let context = r#"{"subject":"주문이 완료되었습니다","username":"홍길동","message":"주문 <12345>이 완료되었습니다.",
        "action_url":"https://example.com/orders/12345?a=1&b=2","items":["사과","배 & 감"]}"#;
    let mail = made().render(Some(&personal(context)), &to("")).unwrap();
    assert_eq!(mail.subject, "주문이 완료되었습니다");
    let html = mail.html.unwrap();
    // As in Django, text before `extends` is kept.
    assert!(
        html.starts_with("<!-- templates/emails/notification.html -->\n<!-- templates/emails/base.html -->\n<!DOCTYPE html>"),
        "{html}"
    );
    for there in [
        "<h1>주문이 완료되었습니다</h1>",
        "<h2>안녕하세요, 홍길동님!</h2>",
        "<p>주문 &lt;12345&gt;이 완료되었습니다.</p>",
        "<a href=\"https://example.com/orders/12345?a=1&amp;b=2\" class=\"button\">자세히 보기</a>",
        "<li>사과</li>",
        "<li>배 &amp; 감</li>",
        "</body>\n</html>",
    ] {
        assert!(html.contains(there), "{there} is not in {html}");
    }
    let text = mail.text.unwrap();
    for there in ["안녕하세요, 홍길동님!", "자세히 보기: https://example.com/orders/12345?a=1&b=2", "- 사과\n", "- 배 & 감\n"]
    {
        assert!(text.contains(there), "{there} is not in {text}");
    }
}

#[test]
fn what_is_not_given_is_left_out() {
    let mail = made().render(Some(&personal(r#"{"subject":"알림","username":"홍길동","message":"점검"}"#)), &to("")).unwrap();
    let (html, text) = (mail.html.unwrap(), mail.text.unwrap());
    assert!(!html.contains("class=\"button\"") && !html.contains("항목 목록") && html.contains("<p>점검</p>"), "{html}");
    assert!(!text.contains("자세히 보기") && !text.contains("항목 목록"), "{text}");
    let checked = check(&parts(&[("emails/base.html", BASE)]), "{{ subject }}", Some(TEXT), Some(NOTIFICATION)).unwrap();
    assert_eq!(checked.variables.into_iter().collect::<Vec<_>>(), ["message", "subject", "username"]);
    assert_eq!(checked.optional.into_iter().collect::<Vec<_>>(), ["action_text", "action_url", "items"]);
}
