//! A template's source, checked and written anew for the engine: Jinja's tags and Django's, without what has no bounds.
//!
//! Lines stay where they are, so that what the engine says of a line is true of the author's source.

use std::collections::BTreeSet;

use super::{
    MAX_SOURCE,
    expr::{Parser, mangled, quoted},
    fault::Slip,
    lex::{Lexer, Piece, Tag, Token},
    scope::Scope,
    unknown::{load, unknown},
};

/// Deepest nesting of tags in one source.
const MAX_OPEN: usize = 20;
/// Most `elif` of one `if`: the engine's compiler goes one call deeper for each.
const MAX_ELIF: usize = 50;

/// A source as the engine takes it.
#[derive(Debug)]
pub(super) struct Translated {
    pub source: String,
    /// Sources it extends or includes.
    pub uses: Vec<Use>,
    pub scope: Scope,
    /// There is no tag in it.
    pub plain: bool,
    /// Where tags of a source that was made of others were written.
    pub origins: Vec<Origin>,
}

/// What the engine has from that line on was written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// From 1.
    pub from: usize,
    pub label: String,
    pub line: usize,
}

/// Another source that is extended or included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    pub name: String,
    pub at: usize,
    pub extends: bool,
    /// It need not be there.
    pub optional: bool,
}

/// How a source is written for the engine.
#[derive(Clone, Copy)]
pub(super) struct Mode<'a> {
    /// How the source is told to people.
    pub label: &'a str,
    /// Put before the names of other sources.
    pub prefix: &'a str,
    /// Missing variables are told by name.
    pub naming: bool,
    /// Sources that may be named.
    pub known: &'a dyn Fn(&str) -> bool,
    /// It is extended or included by another.
    pub part: bool,
}

enum Kind {
    Root,
    If { elifs: usize, otherwise: bool },
    For { otherwise: bool },
    Block(String),
    With,
    Autoescape,
}

struct Open {
    kind: Kind,
    at: usize,
    guards: usize,
    /// Where its body begins in what is written.
    body: usize,
    /// Bytes of text in its body, without the bodies of loops and blocks in it.
    text: usize,
}

/// Reads one source.
pub(super) fn translate(source: &str, mode: Mode<'_>) -> Result<Translated, Slip> {
    if source.len() > MAX_SOURCE {
        let fault = format!("it has {} bytes", source.len());
        return Err(Slip::new(0, "template_size", fault, format!("a template has {MAX_SOURCE} at most: move what repeats into loops")));
    }
    let root = Open { kind: Kind::Root, at: 0, guards: 0, body: 0, text: 0 };
    let mut writer = Writer {
        source,
        mode,
        out: String::with_capacity(source.len() + source.len() / 4),
        open: vec![root],
        uses: Vec::new(),
        blocks: BTreeSet::new(),
        scope: Scope::new(),
        written: 0,
        counted: (0, 1),
        plain: true,
        told: None,
        origins: Vec::new(),
    };
    writer.begin();
    let mut lexer = Lexer::new(source);
    while let Some(piece) = lexer.next()? {
        match piece {
            Piece::Text(text) => writer.text(text),
            Piece::Origin(label, line) => writer.told = Some((if label.is_empty() { mode.label } else { label }, line)),
            Piece::Tag(tag) => {
                writer.plain = false;
                writer.tag(&tag, &mut lexer)?;
            }
        }
    }
    writer.finish()
}

struct Writer<'s> {
    source: &'s str,
    mode: Mode<'s>,
    out: String,
    /// What is open, the root first: never empty.
    open: Vec<Open>,
    uses: Vec<Use>,
    blocks: BTreeSet<String>,
    scope: Scope,
    /// Line breaks written.
    written: usize,
    /// Up to where the source's lines were counted, and the line that is.
    counted: (usize, usize),
    plain: bool,
    /// The origin of the tags that come, where the source tells it.
    told: Option<(&'s str, usize)>,
    origins: Vec<Origin>,
}

impl<'s> Writer<'s> {
    fn text(&mut self, text: &str) {
        if let Some(open) = self.open.last_mut() {
            open.text += text.len();
        }
        // What was trimmed or left out may have had line breaks: they were made up for in the tag before.
        self.out.push_str(text);
        self.written += lines(text);
    }

    /// Writes a tag whose code begins in the line that `at` is in.
    fn write(&mut self, at: usize, before: &str, code: &str, after: &str) {
        let mut behind = (self.line(at) - 1).saturating_sub(self.written);
        let last = self.origins.last();
        if let Some((label, line)) = self.told.filter(|told| last.is_none_or(|last| (last.label.as_str(), last.line) != *told)) {
            // The engine tells lines: what comes from elsewhere gets one of its own.
            behind += usize::from(last.is_some_and(|last| last.from == self.written + behind + 1));
            self.origins.push(Origin { from: self.written + behind + 1, label: label.to_owned(), line });
        }
        self.out.push_str(before);
        self.out.extend(std::iter::repeat_n('\n', behind));
        self.written += behind;
        self.out.push(' ');
        self.out.push_str(code);
        self.out.push_str(after);
    }
    fn block(&mut self, at: usize, code: &str) {
        self.write(at, "{%", code, " %}");
    }

    /// The line a place is in. Places are asked for in their order, so that each line is counted once.
    fn line(&mut self, at: usize) -> usize {
        let (from, line) = self.counted;
        if at < from {
            return lines(&self.source[..at]) + 1;
        }
        let line = line + lines(&self.source[from..at]);
        self.counted = (at, line);
        line
    }

    fn tag(&mut self, tag: &Tag<'_>, lexer: &mut Lexer<'_>) -> Result<(), Slip> {
        let (label, line) = self.told.unwrap_or((self.mode.label, self.line(tag.at)));
        let place = format!("{label}, line {line}");
        if tag.prints {
            return self.print(tag, &place);
        }
        let Some((Token::Name(word), at)) = tag.tokens.first() else {
            return Err(Slip::syntax(
                tag.at,
                "this tag does not begin with a word",
                "write `if`, `for`, `block`, `include` or another tag",
            ));
        };
        let mut scope = std::mem::take(&mut self.scope);
        let mut parser = Parser::new(&tag.tokens[1..], tag.end, &place, &mut scope, self.mode.naming);
        let result = self.statement(word, *at, tag, &mut parser, lexer);
        self.scope = scope;
        result
    }

    fn print(&mut self, tag: &Tag<'_>, place: &str) -> Result<(), Slip> {
        let words: Vec<&str> =
            tag.tokens.iter().map(|(token, _)| if let Token::Name(n) | Token::Sign(n) = token { n } else { "" }).collect();
        if matches!(words.as_slice(), ["super", "(", ")"] | ["block", ".", "super"]) {
            if !self.open.iter().any(|open| matches!(open.kind, Kind::Block(_))) {
                return Err(Slip::syntax(tag.at, "there is no block around this", "write it within `{% block … %}`"));
            }
            self.write(tag.at, "{{", "super()", " }}");
            return Ok(());
        }
        let mut parser = Parser::new(&tag.tokens, tag.end, place, &mut self.scope, self.mode.naming);
        let mut code = parser.printed()?;
        parser.finish("an operator, a filter or `}}`")?;
        if self.mode.naming {
            let shown = self.source[tag.at + 2..tag.end - 2].trim_matches(['-', '+']).trim();
            code = format!("{code}|_printed({}, {})", quoted(shown), quoted(place));
        }
        self.write(tag.at, "{{", &code, " }}");
        Ok(())
    }

    fn statement(&mut self, word: &str, at: usize, tag: &Tag<'_>, parser: &mut Parser<'_, '_>, lexer: &mut Lexer<'_>) -> Result<(), Slip> {
        match word {
            "if" => self.if_(at, parser),
            "elif" | "elseif" => self.elif(at, parser),
            "else" | "empty" => self.otherwise(word, at, parser),
            "for" => self.for_(at, parser),
            "block" => self.block_(at, parser),
            "with" => self.with(at, parser),
            "autoescape" => self.autoescape(at, parser),
            "set" => self.set(at, parser),
            "extends" => self.extends(at, parser),
            "include" => self.include(at, parser),
            "cycle" => self.cycle(at, parser),
            "endif" | "endfor" | "endblock" | "endwith" | "endautoescape" => self.close(word, at, parser),
            "comment" => lexer.until("endcomment", tag.at).map(|_| ()),
            "raw" | "verbatim" => self.raw(word, tag.at, parser, lexer),
            "load" => load(parser),
            _ => Err(unknown(word, at)),
        }
    }

    fn push(&mut self, kind: Kind, at: usize, guards: usize) -> Result<(), Slip> {
        if self.open.len() > MAX_OPEN {
            let fault = format!("more than {MAX_OPEN} tags are open");
            return Err(Slip::new(at, "template_size", fault, "move the inner ones into a part and include it"));
        }
        self.open.push(Open { kind, at, guards, body: 0, text: 0 });
        self.begin();
        Ok(())
    }

    fn if_(&mut self, at: usize, parser: &mut Parser<'_, '_>) -> Result<(), Slip> {
        let guards = parser.scope.guards();
        let code = parser.condition()?;
        parser.finish("an operator or `%}`")?;
        self.block(at, &format!("if {code}"));
        self.push(Kind::If { elifs: 0, otherwise: false }, at, guards)
    }

    fn elif(&mut self, at: usize, parser: &mut Parser<'_, '_>) -> Result<(), Slip> {
        let guards = match self.open.last_mut() {
            Some(Open { kind: Kind::If { elifs, otherwise: false }, guards, .. }) if *elifs < MAX_ELIF => {
                *elifs += 1;
                *guards
            }
            Some(Open { kind: Kind::If { otherwise: false, .. }, .. }) => {
                let fault = format!("an `if` has more than {MAX_ELIF} `elif`");
                return Err(Slip::new(at, "template_size", fault, "give the text as a variable instead"));
            }
            _ => return Err(Slip::syntax(at, "there is no `if` here that `elif` could go on with", "write it between `if` and `else`")),
        };
        parser.scope.unguard(guards);
        let code = parser.condition()?;
        parser.finish("an operator or `%}`")?;
        self.block(at, &format!("elif {code}"));
        Ok(())
    }

    fn otherwise(&mut self, word: &str, at: usize, parser: &mut Parser<'_, '_>) -> Result<(), Slip> {
        if word == "else" && parser.take_name("if") {
            return self.elif(at, parser);
        }
        parser.finish("`%}`")?;
        let guards = match self.open.last_mut() {
            Some(Open { kind: Kind::If { otherwise: done @ false, .. }, guards, .. }) if word == "else" => {
                *done = true;
                *guards
            }
            Some(Open { kind: Kind::For { otherwise: done @ false }, guards, .. }) => {
                *done = true;
                *guards
            }
            _ => {
                let fault = format!("there is nothing open here that `{word}` could belong to");
                return Err(Slip::syntax(at, fault, "write it once, within an `if` or a `for`"));
            }
        };
        parser.scope.unguard(guards);
        self.charge();
        self.block(at, "else");
        self.begin();
        Ok(())
    }

    fn for_(&mut self, at: usize, parser: &mut Parser<'_, '_>) -> Result<(), Slip> {
        let mut names = vec![parser.target()?];
        while parser.take_sign(",") {
            names.push(parser.target()?);
        }
        if !parser.take_name("in") {
            return Err(parser.unexpected("`in`"));
        }
        let guards = parser.scope.guards();
        let looped = parser.looped()?;
        let looped = if parser.take_name("reversed") { format!("{looped}|reverse") } else { looped };
        parser.scope.open();
        names.iter().for_each(|name| parser.scope.give(name));
        let filter = if parser.take_name("if") { format!(" if {}", parser.condition()?) } else { String::new() };
        parser.finish("an operator, `if`, `reversed` or `%}`")?;
        let names: Vec<String> = names.into_iter().map(mangled).collect();
        self.block(at, &format!("for {} in {looped}{filter}", names.join(", ")));
        self.push(Kind::For { otherwise: false }, at, guards)
    }

    fn block_(&mut self, at: usize, parser: &mut Parser<'_, '_>) -> Result<(), Slip> {
        let name = parser.name("the block's name")?;
        // In the engine a block sees what is around it anyway.
        parser.take_name("scoped");
        parser.finish("`%}`")?;
        if !self.blocks.insert(name.to_owned()) {
            return Err(Slip::syntax(at, format!("there is a block `{name}` already"), "give each block a name of its own"));
        }
        self.block(at, &format!("block {}", mangled(name)));
        parser.scope.open();
        self.push(Kind::Block(name.to_owned()), at, parser.scope.guards())
    }

    /// `with a=1, b=2`, Django's `with a=1 b=2` and `with 1 as a`.
    fn with(&mut self, at: usize, parser: &mut Parser<'_, '_>) -> Result<(), Slip> {
        parser.scope.open();
        let given = assignments(parser)?;
        self.block(at, &format!("with {given}"));
        self.push(Kind::With, at, parser.scope.guards())
    }

    fn autoescape(&mut self, at: usize, parser: &mut Parser<'_, '_>) -> Result<(), Slip> {
        let on = match parser.name("`on` or `off`")? {
            "on" | "true" => true,
            "off" | "false" => false,
            _ => return Err(Slip::syntax(at, "`autoescape` is on or off", "write `on` or `off`")),
        };
        parser.finish("`%}`")?;
        self.block(at, &format!("autoescape {on}"));
        self.push(Kind::Autoescape, at, parser.scope.guards())
    }

    fn set(&mut self, at: usize, parser: &mut Parser<'_, '_>) -> Result<(), Slip> {
        let name = parser.target()?;
        if parser.done() {
            let remedy = "give a value: `{% set name = … %}`; for longer text write a part and include it";
            return Err(Slip::new(at, "template_tag", "`set` without a value is not supported", remedy));
        }
        if !parser.take_sign("=") {
            return Err(parser.unexpected("`=`"));
        }
        let value = parser.value()?;
        parser.finish("an operator or `%}`")?;
        self.block(at, &format!("set {} = {value}", mangled(name)));
        parser.scope.give(name);
        Ok(())
    }

    fn part(&mut self, parser: &mut Parser<'_, '_>, extends: bool) -> Result<String, Slip> {
        let at = parser.at();
        let name = parser.text("the name of a template in quotes")?.to_owned();
        self.uses.push(Use { name: name.clone(), at, extends, optional: false });
        Ok(name)
    }

    fn extends(&mut self, at: usize, parser: &mut Parser<'_, '_>) -> Result<(), Slip> {
        if self.open.len() > 1 || self.uses.iter().any(|used| used.extends) {
            return Err(Slip::syntax(at, "`extends` stands once, outside of every other tag", "write it in the first line"));
        }
        let name = self.part(parser, true)?;
        parser.finish("`%}`")?;
        self.block(at, &format!("extends {}", quoted(&format!("{}{name}", self.mode.prefix))));
        Ok(())
    }

    fn include(&mut self, at: usize, parser: &mut Parser<'_, '_>) -> Result<(), Slip> {
        let name = self.part(parser, false)?;
        let optional = parser.take_name("ignore") && parser.take_name("missing");
        if let Some(used) = self.uses.last_mut() {
            used.optional = optional;
        }
        if parser.is_name("without") || parser.is_name("only") {
            return Err(Slip::new(
                parser.at(),
                "template_tag",
                "a part always sees all variables",
                "leave `only` or `without context` out",
            ));
        }
        let with = parser.take_name("with") && !parser.take_name("context");
        parser.scope.open();
        let given = if with { Some(assignments(parser)?) } else { None };
        parser.scope.close();
        if parser.is_name("only") {
            return Err(Slip::new(parser.at(), "template_tag", "a part always sees all variables", "leave `only` out"));
        }
        parser.finish("`with …` or `%}`")?;
        if optional && !(self.mode.known)(&name) {
            return Ok(());
        }
        let include = format!("include {}", quoted(&format!("{}{name}", self.mode.prefix)));
        // What a part sets is known in it alone, as in Jinja; the engine would let it out.
        let given = given.unwrap_or_else(|| "own_scope = 1".to_owned());
        self.block(at, &format!("with {given} %}}{{% {include} %}}{{% endwith"));
        Ok(())
    }

    /// Django's `cycle`, which prints.
    fn cycle(&mut self, at: usize, parser: &mut Parser<'_, '_>) -> Result<(), Slip> {
        let mut all = Vec::new();
        while !parser.done() {
            all.push(parser.value()?);
        }
        if all.is_empty() || !self.open.iter().any(|open| matches!(open.kind, Kind::For { .. })) {
            return Err(Slip::syntax(at, "`cycle` takes values in turn within a loop", "write `{% cycle \"a\" \"b\" %}` within a `for`"));
        }
        self.write(at, "{{", &format!("loop.cycle({})", all.join(", ")), " }}");
        Ok(())
    }

    fn close(&mut self, word: &str, at: usize, parser: &mut Parser<'_, '_>) -> Result<(), Slip> {
        let given = if word == "endblock" && !parser.done() { Some(parser.name("the block's name")?) } else { None };
        parser.finish("`%}`")?;
        let Some(open) = self.open.last() else { return Ok(()) };
        let (wanted, opened) = (open.kind.end(), open.at);
        if wanted != word {
            let line = lines(&self.source[..opened]) + 1;
            let fault = format!("`{word}` closes nothing here");
            let remedy = if wanted.is_empty() {
                "nothing is open: remove it".to_owned()
            } else {
                format!("expected `{wanted}` for the tag that line {line} opens")
            };
            return Err(Slip::syntax(at, fault, remedy));
        }
        if let (Some(given), Kind::Block(name)) = (given, &open.kind)
            && given != name
        {
            return Err(Slip::syntax(at, format!("`{given}` is not the block that is open"), format!("write `endblock {name}`")));
        }
        let guards = open.guards;
        if matches!(open.kind, Kind::For { .. } | Kind::Block(_) | Kind::With) {
            parser.scope.close();
        }
        parser.scope.unguard(guards);
        self.charge();
        self.open.pop();
        self.block(at, word);
        Ok(())
    }

    /// Begins the body of what was opened last.
    fn begin(&mut self) {
        let Some(open) = self.open.last_mut() else { return };
        open.body = self.out.len();
        if open.kind.repeats(self.mode.part) {
            self.out.push_str(CHARGE);
        }
    }

    /// At the end of the body that is open: what is repeated counts its text each time it is written.
    fn charge(&mut self) {
        let part = self.mode.part;
        let Some(open) = self.open.last_mut() else { return };
        let (text, body) = (std::mem::take(&mut open.text), open.body);
        if open.kind.repeats(part) {
            let charge = if text == 0 { NO_CHARGE.to_owned() } else { format!("{{{{ {text:>7}|_room }}}}") };
            self.out.replace_range(body..body + CHARGE.len(), &charge);
        } else if let [.., around, _] = self.open.as_mut_slice() {
            around.text += text;
        }
    }

    /// `raw` is Jinja's word, `verbatim` Django's.
    fn raw(&mut self, word: &str, at: usize, parser: &mut Parser<'_, '_>, lexer: &mut Lexer<'_>) -> Result<(), Slip> {
        parser.finish("`%}`")?;
        let text = lexer.until(if word == "raw" { "endraw" } else { "endverbatim" }, at)?;
        if text.contains("endraw") {
            return Err(Slip::syntax(at, "`endraw` stands in this text", "remove it: it closes a raw text"));
        }
        self.out.push_str("{% raw %}");
        self.text(text);
        self.out.push_str("{% endraw %}");
        Ok(())
    }

    fn finish(mut self) -> Result<Translated, Slip> {
        if let [_, .., open] = self.open.as_slice() {
            let end = open.kind.end();
            let word = end.trim_start_matches("end");
            let fault = format!("this `{word}` is never closed");
            return Err(Slip::syntax(open.at, fault, format!("expected `{{% {end} %}}` before the end of the template")));
        }
        self.charge();
        Ok(Translated { source: self.out, uses: self.uses, scope: self.scope, plain: self.plain, origins: self.origins })
    }
}

fn lines(text: &str) -> usize {
    text.bytes().filter(|b| *b == b'\n').count()
}

/// Written where a body begins that may be repeated, and filled in where it ends: how much text it has.
const CHARGE: &str = "{{        |_room }}";
/// The same where it has none.
const NO_CHARGE: &str = "{#               #}";

impl Kind {
    /// Its body may be written several times.
    fn repeats(&self, part: bool) -> bool {
        match self {
            Self::For { .. } | Self::Block(_) => true,
            Self::Root => part,
            _ => false,
        }
    }

    fn end(&self) -> &'static str {
        match self {
            Self::Root => "",
            Self::If { .. } => "endif",
            Self::For { .. } => "endfor",
            Self::Block(_) => "endblock",
            Self::With => "endwith",
            Self::Autoescape => "endautoescape",
        }
    }
}

/// `a=1, b=2`, `a=1 b=2` or `1 as a`, up to the end of the tag or `only`.
fn assignments(parser: &mut Parser<'_, '_>) -> Result<String, Slip> {
    let mut all: Vec<String> = Vec::new();
    while !parser.done() && !parser.is_name("only") {
        if !all.is_empty() {
            parser.take_sign(",");
        }
        let (name, value) = if parser.assigns() {
            let name = parser.target()?;
            parser.take_sign("=");
            (name, parser.value()?)
        } else {
            let value = parser.value()?;
            if !parser.take_name("as") {
                return Err(parser.unexpected("`name=value`"));
            }
            (parser.target()?, value)
        };
        parser.scope.give(name);
        all.push(format!("{} = {value}", mangled(name)));
    }
    if all.is_empty() { Err(parser.unexpected("`name=value`")) } else { Ok(all.join(", ")) }
}
