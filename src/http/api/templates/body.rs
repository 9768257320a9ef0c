//! How templates look to callers.

use jebi_domain::{
    content::Syntax,
    port::templates::{TemplateRecord, TemplateVersion},
    refusal::Fault,
    template_record::{Compiled, CompiledVariant, Source, SourceVariant, TemplateKind, Variable, VariableType},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{
        ObjectBuilder, RefOr, Type,
        schema::{AnyOfBuilder, ArrayBuilder, Schema},
    },
};

use super::super::shape::{Time, words};
use crate::{
    http::{error::said, json::Object},
    service::templates::{Change, ChangeKind, Listed},
    words::Language,
};

/// What a template is.
fn kind() -> RefOr<Schema> {
    words(["mail", "part"])
}
/// How variables are written in it.
fn syntax() -> RefOr<Schema> {
    words(["jinja", "braces"])
}
/// What a variable holds.
fn variable_type() -> RefOr<Schema> {
    words(["text", "number", "boolean", "list", "object", "date"])
}
/// Any JSON value.
fn value() -> RefOr<Schema> {
    let of = |kind| ObjectBuilder::new().schema_type(kind);
    let list = ArrayBuilder::new().items(ObjectBuilder::new());
    AnyOfBuilder::new().item(of(Type::String)).item(of(Type::Number)).item(of(Type::Boolean)).item(list).item(of(Type::Object)).into()
}

/// A template as it is written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateRequest {
    /// `mail`, which has a subject and is sent by its name; or `part`, which others extend or include.
    #[serde(default)]
    #[schema(schema_with = kind)]
    kind: TemplateKind,
    /// The language of those who want none, or one there is no variant in: a BCP 47 tag. A part has none.
    #[serde(default)]
    #[schema(example = "ko")]
    language: String,
    /// `jinja`: `{{ name }}`, conditions, loops, inheritance. `braces`: `{name}` and nothing else.
    #[serde(default)]
    #[schema(schema_with = syntax)]
    syntax: Syntax,
    /// Whether mail may be sent by it; at once, without publishing.
    #[serde(default = "yes")]
    #[schema(default = true)]
    active: bool,
    /// One for each language; of a part one without a language and a subject.
    #[schema(value_type = Vec<VariantBody>)]
    variants: Vec<Object<VariantBody>>,
    /// What the template is filled in with.
    #[serde(default)]
    #[schema(value_type = Vec<VariableBody>)]
    variables: Vec<Object<VariableBody>>,
}

fn yes() -> bool {
    true
}

/// A template in one language.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TemplateVariant)]
pub struct VariantBody {
    /// A BCP 47 tag.
    #[serde(default)]
    #[schema(example = "ko")]
    language: String,
    /// 1 to 998 characters, in the template's syntax.
    #[serde(default)]
    #[schema(example = "{{ name }}님, 환영합니다")]
    subject: Option<String>,
    /// The HTML body. This, `mjml` or `text` is needed.
    #[serde(default)]
    html: Option<String>,
    /// Instead of `html`: MJML, which becomes HTML when the template is published.
    #[serde(default)]
    mjml: Option<String>,
    /// The plain text body; made from the HTML when missing.
    #[serde(default)]
    text: Option<String>,
}

/// A variable of a template.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TemplateVariable)]
pub struct VariableBody {
    /// Letters, digits and `_`.
    name: String,
    #[serde(default, rename = "type")]
    #[schema(schema_with = variable_type)]
    kind: VariableType,
    /// Whether mail cannot do without it.
    #[serde(default)]
    required: bool,
    /// Its value where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = value)]
    default: Option<Value>,
    #[serde(default)]
    description: String,
}

/// A template as it is written, with its name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedTemplate {
    /// 1 to 200 characters, such as `welcome` or `emails/base.html`.
    name: String,
    /// Only if it is still the one of this revision; 0: only if there is none yet.
    #[serde(default)]
    if_revision: Option<i64>,
    #[serde(default)]
    #[schema(schema_with = kind)]
    kind: TemplateKind,
    #[serde(default)]
    language: String,
    #[serde(default)]
    #[schema(schema_with = syntax)]
    syntax: Syntax,
    #[serde(default = "yes")]
    #[schema(default = true)]
    active: bool,
    #[schema(value_type = Vec<VariantBody>)]
    variants: Vec<Object<VariantBody>>,
    #[serde(default)]
    #[schema(value_type = Vec<VariableBody>)]
    variables: Vec<Object<VariableBody>>,
}

impl NamedTemplate {
    /// Its name, the revision it must have, and the rest.
    pub fn into_parts(self) -> (String, Option<i64>, TemplateRequest) {
        let Self { name, if_revision, kind, language, syntax, active, variants, variables } = self;
        (name, if_revision, TemplateRequest { kind, language, syntax, active, variants, variables })
    }
}

impl TemplateRequest {
    /// What its author wrote, and whether it is active.
    pub fn into_parts(self) -> (Source, bool) {
        let Self { kind, language, syntax, active, variants, variables } = self;
        let variants = variants.into_iter().map(|Object(one)| one.into()).collect();
        let variables = variables.into_iter().map(|Object(one)| one.into()).collect();
        (Source { kind, syntax, language, variants, variables }, active)
    }
}

impl From<VariantBody> for SourceVariant {
    fn from(b: VariantBody) -> Self {
        Self { language: b.language, subject: b.subject, html: b.html, mjml: b.mjml, text: b.text }
    }
}
impl From<SourceVariant> for VariantBody {
    fn from(v: SourceVariant) -> Self {
        Self { language: v.language, subject: v.subject, html: v.html, mjml: v.mjml, text: v.text }
    }
}
impl From<VariableBody> for Variable {
    fn from(b: VariableBody) -> Self {
        Self { name: b.name, kind: b.kind, required: b.required, default: b.default, description: b.description }
    }
}
impl From<Variable> for VariableBody {
    fn from(v: Variable) -> Self {
        Self { name: v.name, kind: v.kind, required: v.required, default: v.default, description: v.description }
    }
}

/// A template: its draft.
#[derive(Serialize, ToSchema)]
#[schema(as = Template)]
pub struct TemplateBody {
    name: String,
    #[schema(schema_with = kind)]
    kind: TemplateKind,
    language: String,
    #[schema(schema_with = syntax)]
    syntax: Syntax,
    active: bool,
    variants: Vec<VariantBody>,
    variables: Vec<VariableBody>,
    /// The version mail is made of; `null` for a draft that was never published, and for a built-in template.
    published_version: Option<u32>,
    /// Comes with Jebi: it is used until one of this name is published, and cannot be changed.
    built_in: bool,
    /// Changes with every change of it; the `ETag`, without its quotation marks.
    revision: i64,
    created_at: Option<Time>,
    updated_at: Option<Time>,
    /// The number of the key that changed it last.
    updated_by: Option<i64>,
}

impl From<TemplateRecord> for TemplateBody {
    fn from(r: TemplateRecord) -> Self {
        Self {
            published_version: r.published,
            revision: r.revision,
            created_at: Some(Time(r.created_at)),
            updated_at: Some(Time(r.updated_at)),
            updated_by: Some(r.updated_by.0),
            built_in: false,
            ..Self::of(r.name, r.draft, r.active)
        }
    }
}

impl From<Listed> for TemplateBody {
    fn from(listed: Listed) -> Self {
        match listed {
            Listed::Stored(record) => (*record).into(),
            Listed::BuiltIn { name, source } => Self::of(name.to_owned(), source.clone(), true),
        }
    }
}

impl TemplateBody {
    fn of(name: String, source: Source, active: bool) -> Self {
        let Source { kind, syntax, language, variants, variables } = source;
        let variants = variants.into_iter().map(VariantBody::from).collect();
        let variables = variables.into_iter().map(VariableBody::from).collect();
        let (published_version, revision, built_in) = (None, 0, true);
        let (created_at, updated_at, updated_by) = (None, None, None);
        Self {
            name,
            kind,
            language,
            syntax,
            active,
            variants,
            variables,
            published_version,
            built_in,
            revision,
            created_at,
            updated_at,
            updated_by,
        }
    }

    pub fn revision(&self) -> i64 {
        self.revision
    }
}

/// A template in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplateLine)]
pub struct TemplateLine {
    name: String,
    #[schema(schema_with = kind)]
    kind: TemplateKind,
    language: String,
    /// Every language there is a variant in.
    languages: Vec<String>,
    active: bool,
    published_version: Option<u32>,
    built_in: bool,
    revision: i64,
    updated_at: Option<Time>,
}

impl From<Listed> for TemplateLine {
    fn from(listed: Listed) -> Self {
        let TemplateBody { name, kind, language, active, variants, published_version, built_in, revision, updated_at, .. } = listed.into();
        let languages = variants.into_iter().map(|one| one.language).filter(|language| !language.is_empty()).collect();
        Self { name, kind, language, languages, active, published_version, built_in, revision, updated_at }
    }
}

/// What mail is made of in one language.
#[derive(Serialize, ToSchema)]
#[schema(as = CompiledVariant)]
struct CompiledBody {
    language: String,
    subject: String,
    /// With MJML made HTML, and styles put into the elements.
    html: Option<String>,
    /// `null` where it is made from the HTML of each mail.
    text: Option<String>,
}

impl From<CompiledVariant> for CompiledBody {
    fn from(v: CompiledVariant) -> Self {
        Self { language: v.language, subject: v.subject, html: v.html, text: v.text }
    }
}

/// A version that was published. It never changes.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplateVersion)]
pub struct VersionBody {
    name: String,
    version: u32,
    #[schema(schema_with = kind)]
    kind: TemplateKind,
    language: String,
    #[schema(schema_with = syntax)]
    syntax: Syntax,
    /// As its author wrote it.
    variants: Vec<VariantBody>,
    variables: Vec<VariableBody>,
    /// As mail is made of it.
    compiled: Vec<CompiledBody>,
    /// Templates it extends or includes.
    parts: Vec<String>,
    note: String,
    created_at: Time,
    /// The number of the key that published it.
    created_by: i64,
}

impl From<TemplateVersion> for VersionBody {
    fn from(v: TemplateVersion) -> Self {
        let Source { kind, syntax, language, variants, variables } = v.source;
        let Compiled { variants: compiled, parts } = v.compiled;
        Self {
            name: v.name,
            version: v.version,
            kind,
            language,
            syntax,
            variants: variants.into_iter().map(VariantBody::from).collect(),
            variables: variables.into_iter().map(VariableBody::from).collect(),
            compiled: compiled.into_iter().map(CompiledBody::from).collect(),
            parts,
            note: v.note,
            created_at: Time(v.created_at),
            created_by: v.created_by.0,
        }
    }
}

/// What became of a template that was written.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplateChange)]
pub struct ChangeBody {
    name: String,
    /// `created`, `changed` or `unchanged`.
    #[schema(schema_with = change)]
    change: &'static str,
    /// The version that is published now; of a trial, the one before.
    published_version: Option<u32>,
    revision: i64,
    /// What its author may want to know; nothing that keeps mail from being sent.
    warnings: Vec<WarningBody>,
}

/// Something that is not right, and keeps nothing from being sent.
#[derive(Serialize, ToSchema)]
#[schema(as = Warning)]
pub struct WarningBody {
    field: String,
    code: &'static str,
    fault: String,
    remedy: String,
}

fn change() -> RefOr<Schema> {
    words(["created", "changed", "unchanged"])
}

impl ChangeBody {
    pub fn new(c: Change, language: Language) -> Self {
        let change = match c.kind {
            ChangeKind::Created => "created",
            ChangeKind::Changed => "changed",
            ChangeKind::Unchanged => "unchanged",
        };
        let warnings = warnings(c.warnings, language);
        Self { name: c.name, change, published_version: c.version, revision: c.revision, warnings }
    }
    pub fn revision(&self) -> i64 {
        self.revision
    }
    pub fn is_new(&self) -> bool {
        self.change == "created"
    }
    /// For the audit log.
    pub fn told(&self) -> String {
        format!("{} version={}", self.change, self.published_version.map_or("none".to_owned(), |version| version.to_string()))
    }
}

/// Warnings in the caller's language.
pub fn warnings(all: Vec<Fault>, language: Language) -> Vec<WarningBody> {
    let body = |Fault { field, code, fault, remedy }| WarningBody { field, code, fault, remedy };
    all.into_iter().map(|fault| body(said(fault, language))).collect()
}
