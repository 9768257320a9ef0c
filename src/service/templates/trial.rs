//! A template sent to whoever tries it: filled in first, so that what is wrong is told at once, and then like any other mail.

use jebi_domain::{
    message::Lane,
    refusal::{Fault, Refusal, RefusalKind},
};

use super::{
    super::accept::{Given, NewMessage, Submission},
    Preview, PreviewRequest, Templates,
};

/// Groups test mail.
const TOPIC: &str = "template-test";
/// Marks test mail.
const HEADER: &str = "X-Template-Test";

/// What to send to whom.
#[derive(Clone, Debug, Default)]
pub struct TestRequest {
    pub preview: PreviewRequest,
    pub from: Option<String>,
    /// A copy each.
    pub to: Vec<String>,
}

impl Templates {
    /// The mail to be submitted.
    ///
    /// # Errors
    /// What a preview may refuse; each variable that is missing.
    pub async fn test(&self, name: &str, request: TestRequest) -> Result<Submission, Refusal> {
        let TestRequest { preview, from, to } = request;
        let Preview { version, subject, html, text, missing, .. } = self.preview(name, preview).await?;
        if !missing.is_empty() {
            let faults = missing.iter().map(|path| {
                let fault = format!("the template needs the variable {path:?}, which has no value");
                Fault::new(format!("variables.{path}"), "missing_variable", fault, "give it in variables")
            });
            return Err(Refusal { kind: RefusalKind::Invalid, faults: faults.collect() });
        }
        let version = if version == 0 { "draft".to_owned() } else { format!("version {version}") };
        let message = NewMessage {
            topic_id: Some(TOPIC.to_owned()),
            lane: Some(Lane::Transactional),
            from: from.map(Given::Text),
            subject: Some(subject),
            html,
            text,
            emails: to,
            headers: vec![(HEADER.to_owned(), format!("{name}; {version}"))],
            ..NewMessage::default()
        };
        Ok(Submission { messages: vec![message], strict: true, ..Submission::default() })
    }
}
