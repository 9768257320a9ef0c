//! The suppression list of an SES account over the wire, by the shapes of SES API v2.

use jebi_domain::{
    fake::ManualClock,
    port::{
        Provider,
        account_list::{AccountEntry, AccountPage, NOT_TAKEN},
    },
    suppression::SuppressionCause,
    time::Wall,
};

use super::{NOW, config, on_a_sender_thread, provider};
use crate::support::ses_stub::{Answer, SesStub, Step};

fn page(entries: &[(&str, &str, f64)], next: &str) -> Answer {
    let one = |(email, reason, at): &(&str, &str, f64)| {
        format!("{{\"EmailAddress\":\"{email}\",\"Reason\":\"{reason}\",\"LastUpdateTime\":{at}}}")
    };
    let all: Vec<String> = entries.iter().map(one).collect();
    let next = if next.is_empty() { String::new() } else { format!(",\"NextToken\":\"{next}\"") };
    Answer::new(200, &format!("{{\"SuppressedDestinationSummaries\":[{}]{next}}}", all.join(",")))
}

#[test]
fn the_list_is_read_page_by_page_from_a_time_on() {
    on_a_sender_thread(async {
        let script = [
            page(&[("hong@naver.com", "BOUNCE", 1_700_000_000.25), ("Kim@Example.kr", "COMPLAINT", 1_700_000_001.0)], "more"),
            page(&[], ""),
        ];
        let stub = SesStub::start(script.map(Step::Answer)).await;
        let ses = provider(config(&stub.url()), &ManualClock::new(NOW)).await;
        let list = ses.account_list().expect("SES has one");
        let first = list.page(Some(Wall(1_699_999_999_000)), None).await.expect("an answer");
        let entry = |email: &str, cause, at| AccountEntry { email: email.to_owned(), cause, at: Wall(at) };
        let entries = vec![
            entry("hong@naver.com", SuppressionCause::Bounce, 1_700_000_000_250),
            entry("Kim@Example.kr", SuppressionCause::Complaint, 1_700_000_001_000),
        ];
        assert_eq!(first, AccountPage { entries, next: Some("more".to_owned()) });
        assert_eq!(list.page(None, first.next).await.expect("an answer"), AccountPage::default());
        let heads = stub.look(|s| s.requests.iter().map(|r| r.head.lines().next().unwrap_or_default().to_owned()).collect::<Vec<_>>());
        assert!(heads[0].starts_with("GET /v2/email/suppression/addresses?"), "{heads:?}");
        assert!(heads[0].contains("StartDate=2023-11-14T22%3A13%3A19Z") && heads[0].contains("PageSize=1000"), "{heads:?}");
        assert!(heads[1].contains("NextToken=more") && !heads[1].contains("StartDate"), "{heads:?}");
    });
}

#[test]
fn addresses_are_put_on_and_taken_off_and_one_that_is_not_there_is_no_trouble() {
    on_a_sender_thread(async {
        let script = [
            Answer::new(200, "{}"),
            Answer::new(200, "{}"),
            Answer::error(404, "NotFoundException", "Email address hong+1@naver.com does not exist on your suppression list."),
            Answer::error(404, "NotFoundException", "no such operation"),
            Answer::error(400, "BadRequestException", "Suppression list operations are not available in the sandbox."),
            Answer::error(403, "AccessDeniedException", "User is not authorized to perform: ses:PutSuppressedDestination"),
        ];
        let stub = SesStub::start(script.map(Step::Answer)).await;
        let ses = provider(config(&stub.url()), &ManualClock::new(NOW)).await;
        let list = ses.account_list().expect("SES has one");
        list.put("hong@naver.com", SuppressionCause::Complaint).await.expect("put");
        list.delete("hong+1@naver.com").await.expect("deleted");
        list.delete("hong+1@naver.com").await.expect("not there");
        assert!(list.delete("hong+1@naver.com").await.is_err());
        let refused = list.put("hong@naver.com", SuppressionCause::Bounce).await.expect_err("a sandbox");
        assert_eq!(refused.code, NOT_TAKEN, "asking again may change nothing");
        let denied = list.put("hong@naver.com", SuppressionCause::Bounce).await.expect_err("denied");
        assert!(denied.remedy.contains("ses:PutSuppressedDestination"), "{}", denied.remedy);
        let seen = stub.look(|s| {
            s.requests.iter().map(|r| (r.head.lines().next().unwrap_or_default().to_owned(), r.body.clone())).collect::<Vec<_>>()
        });
        assert_eq!(seen[0].0, "PUT /v2/email/suppression/addresses HTTP/1.1");
        let body: serde_json::Value = serde_json::from_slice(&seen[0].1).expect("JSON");
        assert_eq!(body, serde_json::json!({"EmailAddress": "hong@naver.com", "Reason": "COMPLAINT"}));
        assert_eq!(seen[1].0, "DELETE /v2/email/suppression/addresses/hong%2B1%40naver.com HTTP/1.1");
    });
}
