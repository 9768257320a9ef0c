//! Stored templates (requirements S0-3, S0-9, S0-19): drafts, versions that never change, and changes that hold against each other.

use jebi_domain::{
    id::KeyNo,
    port::templates::{TemplateAct, TemplateChange, TemplateRecord},
    template_record::{Compiled, CompiledVariant, Source, SourceVariant, Variable, VariableType},
    time::Wall,
};
use serde_json::json;

use super::support::Fixture;

const BY: KeyNo = KeyNo(7);

fn source(subject: &str) -> Source {
    let variant = |language: &str| SourceVariant {
        language: language.into(),
        subject: Some(subject.into()),
        html: Some("<p>{{ 이름 }}님, 안녕하세요</p>".into()),
        mjml: None,
        text: Some("안녕하세요\n".into()),
    };
    let variable = Variable {
        name: "이름".into(),
        kind: VariableType::Text,
        required: true,
        default: Some(json!("고객")),
        description: "받는 사람".into(),
    };
    Source { language: "ko".into(), variants: vec![variant("ko"), variant("en")], variables: vec![variable], ..Source::default() }
}

fn compiled(parts: &[&str]) -> Compiled {
    let one = CompiledVariant { language: "ko".into(), subject: "제목".into(), html: Some("<p>".into()), text: None };
    Compiled { variants: vec![one], parts: parts.iter().map(|&part| part.to_owned()).collect() }
}

fn put(name: &str, subject: &str) -> TemplateChange {
    TemplateChange { name: name.into(), act: TemplateAct::Put { draft: source(subject), active: true } }
}

fn publish(name: &str, subject: &str, parts: &[&str]) -> TemplateChange {
    let act = TemplateAct::Publish { source: source(subject), compiled: compiled(parts), note: format!("{subject} 때문에") };
    TemplateChange { name: name.into(), act }
}

fn delete(name: &str) -> TemplateChange {
    TemplateChange { name: name.into(), act: TemplateAct::Delete }
}

/// Makes changes at the present revision.
async fn change(f: &Fixture, changes: Vec<TemplateChange>) -> Vec<Option<TemplateRecord>> {
    let revision = f.store.template_revision().await.expect("revision");
    f.store.change_templates(changes, revision, BY, f.now()).await.expect("changed").expect("nobody came between")
}

async fn names(f: &Fixture) -> Vec<String> {
    f.store.templates(None, 100).await.expect("list").templates.into_iter().map(|one| one.name).collect()
}

conform! {
    async fn a_draft_is_kept_as_written_and_replaced(f) {
        assert_eq!(f.store.template("환영").await, Ok(None));
        let made = change(f, vec![put("환영", "첫째")]).await.remove(0).expect("it is there");
        assert_eq!((made.draft.clone(), made.active, made.published, made.updated_by), (source("첫째"), true, None, BY));
        assert_eq!((made.created_at, made.updated_at, made.revision), (f.now(), f.now(), 1));
        let created = f.now();
        f.pass(1_000);
        let act = TemplateAct::Put { draft: source("둘째"), active: false };
        let changed = change(f, vec![TemplateChange { name: "환영".into(), act }]).await.remove(0).expect("it is there");
        assert_eq!((changed.draft.clone(), changed.active, changed.revision), (source("둘째"), false, 2));
        assert_eq!((changed.created_at, changed.updated_at), (created, Wall(created.0 + 1_000)));
        f.restart().await;
        assert_eq!(f.store.template("환영").await, Ok(Some(changed)));
    }

    async fn versions_count_from_one_and_stay_as_they_were_published(f) {
        change(f, vec![put("a", "1"), publish("a", "1", &["base", "footer"])]).await;
        f.pass(1_000);
        change(f, vec![put("a", "2")]).await;
        let record = change(f, vec![publish("a", "2", &["base"])]).await.remove(0).expect("it is there");
        assert_eq!(record.published, Some(2));
        let first = f.store.template_version("a", 1).await.expect("look-up").expect("version 1");
        assert_eq!((first.source, first.compiled, first.note.as_str()), (source("1"), compiled(&["base", "footer"]), "1 때문에"));
        assert_eq!((first.created_by, first.created_at.0), (BY, f.now().0 - 1_000));
        assert_eq!(f.store.template_version("a", 3).await, Ok(None));
        let page = f.store.template_versions("a", None, 1).await.expect("list");
        assert_eq!((page.versions[0].version, page.next), (2, Some(2)));
        let page = f.store.template_versions("a", page.next, 1).await.expect("list");
        assert_eq!((page.versions[0].version, page.next), (1, None));
        // What the latest no longer uses does not count as used.
        assert_eq!(f.store.template_users("base").await, Ok(vec!["a".to_owned()]));
        assert_eq!(f.store.template_users("footer").await, Ok(vec![]));
    }

    async fn what_is_published_is_read_together_with_its_revision(f) {
        change(f, vec![put("draft", "x"), put("a", "1"), publish("a", "1", &[])]).await;
        let act = TemplateAct::Put { draft: source("2"), active: false };
        change(f, vec![TemplateChange { name: "a".into(), act }]).await;
        let found = f.store.published_templates(vec!["a".into(), "draft".into(), "none".into()]).await.expect("look-up");
        assert_eq!(found.revision, 2);
        let found: Vec<_> = found.templates.iter().map(|(one, active)| (one.name.as_str(), one.version, *active)).collect();
        assert_eq!(found, [("a", 1, false)], "the version published, though the draft is another, and whether it may be used");
        assert_eq!(f.store.template_version("a", 1).await.expect("look-up").expect("version 1").source, source("1"));
    }

    async fn a_change_is_refused_whole_when_another_came_between(f) {
        let seen = f.store.template_revision().await.expect("revision");
        assert_eq!(seen, 0);
        change(f, vec![put("a", "1")]).await;
        let late = vec![put("b", "1"), put("a", "2"), publish("a", "2", &[])];
        assert_eq!(f.store.change_templates(late, seen, BY, f.now()).await, Ok(None));
        assert_eq!(names(f).await, ["a"]);
        let record = f.store.template("a").await.expect("look-up").expect("it is there");
        assert_eq!((record.draft, record.published, record.revision), (source("1"), None, 1));
        assert_eq!(f.store.template_revision().await, Ok(1));
    }

    async fn of_changes_made_at_once_one_wins(f) {
        let at_once = (0..8).map(|i| f.store.change_templates(vec![put(&format!("t{i}"), "1")], 0, BY, f.now()));
        let ends = futures_util::future::join_all(at_once).await;
        assert_eq!(ends.iter().filter(|end| matches!(end, Ok(Some(_)))).count(), 1, "{ends:?}");
        assert_eq!(ends.iter().filter(|end| matches!(end, Ok(None))).count(), 7, "{ends:?}");
        assert_eq!((names(f).await.len(), f.store.template_revision().await), (1, Ok(1)));
    }

    async fn a_deleted_template_is_gone_and_its_numbers_are_not_given_again(f) {
        change(f, vec![put("a", "1"), publish("a", "1", &["base"]), publish("a", "2", &["base"])]).await;
        let ends = change(f, vec![delete("a"), put("b", "1")]).await;
        assert_eq!((ends[0].clone(), ends[1].is_some()), (None, true));
        assert_eq!((names(f).await, f.store.template("a").await), (vec!["b".to_owned()], Ok(None)));
        assert_eq!(f.store.template_version("a", 1).await, Ok(None));
        assert_eq!(f.store.template_users("base").await, Ok(vec![]));
        assert!(f.store.published_templates(vec!["a".into()]).await.expect("look-up").templates.is_empty());
        f.pass(5_000);
        let again = change(f, vec![put("a", "3"), publish("a", "3", &[])]).await.remove(1).expect("it is there");
        assert_eq!((again.published, again.created_at), (Some(3), f.now()));
    }

    async fn templates_are_listed_by_name_in_pages(f) {
        let all = ["A", "a/b", "a", "emails/base.html", "환영", "z"];
        change(f, all.iter().map(|name| put(name, "1")).collect()).await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = f.store.templates(after, 2).await.expect("list");
            assert!(page.templates.len() <= 2);
            seen.extend(page.templates.into_iter().map(|one| one.name));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["A", "a", "a/b", "emails/base.html", "z", "환영"], "by code points, on either engine");
    }
}
