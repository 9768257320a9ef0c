//! Files a message is to carry, and its invitation: checked here, the files' bytes kept once everything else is known to be right.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use jebi_domain::{
    attachment::{self, MAX_ATTACHMENTS, Rules},
    content::{Attachment, Calendar, FileId},
    port::files::FileInfo,
    refusal::{Fault, Refusal},
};
use sha2::{Digest, Sha256};

use super::{
    content::Faults,
    submission::{NewAttachment, NewMessage, Submission},
};
use crate::service::files::{self, Files};

/// Content that is to be kept before the mail is stored.
pub(super) struct Fresh {
    pub id: FileId,
    pub content: Bytes,
    /// The type recognised in it.
    pub kind: Option<String>,
}

/// What is known of a request's files.
pub(super) struct Carried {
    rules: Rules,
    /// Those named by id.
    stored: HashMap<FileId, FileInfo>,
    /// Those that came along, each once.
    pub fresh: Vec<Fresh>,
}

impl Carried {
    /// Looks up the files a submission names.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn find(files: &Files, rules: Rules, submission: &Submission) -> Result<Self, Refusal> {
        let all = submission.messages.iter().flat_map(|message| message.attachments.iter().take(MAX_ATTACHMENTS));
        let ids: HashSet<FileId> = all.filter_map(|one| FileId::parse(one.file_id.as_deref()?)).collect();
        let mut stored = HashMap::with_capacity(ids.len());
        for id in ids {
            stored.extend(files.find(id).await?.map(|info| (id, info)));
        }
        Ok(Self { rules, stored, fresh: Vec::new() })
    }

    /// A message's files, taken from it, in order. What has a fault is left out.
    pub fn read(&mut self, message: &mut NewMessage, faults: &mut Faults<'_>) -> Vec<Attachment> {
        let given = std::mem::take(&mut message.attachments);
        if given.len() > MAX_ATTACHMENTS {
            let fault = format!("it has {} attachments; at most {MAX_ATTACHMENTS} are allowed", given.len());
            faults.add("attachments", "too_many_attachments", fault, "leave some out, or put them into one zip file");
            return Vec::new();
        }
        let mut all: Vec<Attachment> = Vec::with_capacity(given.len());
        for (i, one) in given.into_iter().enumerate() {
            let at = faults.path(format_args!("attachments[{i}]"));
            let checked = self.one(one).map_err(|fault| within(&at, fault));
            let Some(one) = faults.keep(checked) else { continue };
            let doubled = one.content_id.as_deref().filter(|id| all.iter().any(|before| before.content_id.as_deref() == Some(id)));
            if let Some(id) = doubled {
                let fault = format!("two attachments have the content id {id:?}");
                let twice = Fault::new(format!("{at}.content_id"), "content_id_twice", fault, "give each its own");
                faults.keep::<()>(Err(twice));
                continue;
            }
            all.push(one);
        }
        all
    }

    /// One file. The fault's field is within it.
    fn one(&mut self, given: NewAttachment) -> Result<Attachment, Fault> {
        let name = attachment::check_name(given.name.as_deref().unwrap_or_default())?;
        let content_type = given.content_type.as_deref().map(attachment::check_content_type).transpose();
        let content_type = content_type.map_err(|fault| within("content_type", fault))?;
        let content_id = given.content_id.as_deref().map(attachment::check_content_id).transpose();
        let content_id = content_id.map_err(|fault| within("content_id", fault))?;
        let (file, size) = match (given.file_id, given.content) {
            (Some(id), None) => self.stored(&name, &id)?,
            (None, Some(content)) => self.fresh(&name, content?)?,
            (both, _) => {
                let fault = if both.is_some() { "file_id and content are both given" } else { "neither file_id nor content is given" };
                let remedy = "give content in base64, or file_id from POST /v1/attachments";
                return Err(Fault::new("", "attachment_source", fault, remedy));
            }
        };
        let content_type = content_type.unwrap_or_else(|| attachment::type_of(&name).to_owned());
        Ok(Attachment { file, size, name, content_type, content_id })
    }

    fn stored(&self, name: &str, id: &str) -> Result<(FileId, u64), Fault> {
        let found = FileId::parse(id).and_then(|id| self.stored.get(&id));
        let Some(file) = found else {
            let fault = format!("there is no file {:?}", id.chars().take(64).collect::<String>());
            return Err(Fault::new("file_id", "file_not_found", fault, "upload it with POST /v1/attachments, and give the id it answers"));
        };
        attachment::check(&self.rules, name, file.size, &files::seen_in(file.kind.clone()))?;
        Ok((file.id, file.size))
    }

    fn fresh(&mut self, name: &str, content: Bytes) -> Result<(FileId, u64), Fault> {
        let (seen, size) = (files::recognise(&content), content.len() as u64);
        attachment::check(&self.rules, name, size, &seen)?;
        let id = FileId(Sha256::digest(&content).into());
        if !self.fresh.iter().any(|one| one.id == id) {
            self.fresh.push(Fresh { id, content, kind: files::kind_of(&seen) });
        }
        Ok((id, size))
    }
}

/// The invitation, taken from the message.
pub(super) fn calendar(message: &mut NewMessage, faults: &mut Faults<'_>) -> Option<Calendar> {
    let given = message.calendar.take()?;
    let checked = attachment::check_calendar(&given.method, &given.content);
    faults.keep(checked.map_err(|fault| Fault { field: faults.path("calendar"), ..fault }))
}

/// A fault of what stands at this place.
fn within(at: &str, fault: Fault) -> Fault {
    let field = if fault.field.is_empty() { at.to_owned() } else { format!("{at}.{}", fault.field) };
    Fault { field, ..fault }
}
