//! Expressions of the template language, in Jinja's and in Django's spelling, written anew for the engine.
//!
//! Everything that makes or compares values becomes a filter of ours (`a ~ b` is `a|_cat(b)`), because the engine's own
//! operators know no bounds: `'x' * 100000000` would build 100 MB. What is left to the engine is looking up names, `and`, `or`
//! and choosing.

mod filtered;
mod spelling;

pub(super) use spelling::{mangled, quoted, unmangled};

use super::{fault::Slip, filters, lex::Token, scope::Scope};

/// Deepest nesting of an expression.
const MAX_DEPTH: usize = 24;
/// Most operands in a row: the engine's compiler goes one call deeper for each.
const MAX_CHAIN: usize = 64;

/// An expression for the engine. Filters may be put behind it as it stands.
#[derive(Debug)]
pub(super) struct Code {
    pub text: String,
    /// The variable it is, where it is no more than that, as the author wrote it.
    path: Option<Path>,
}

#[derive(Debug)]
struct Path {
    shown: String,
    /// How much of `shown` comes before the first index.
    named: usize,
    local: bool,
}

impl Code {
    fn value(text: impl Into<String>) -> Self {
        Self { text: text.into(), path: None }
    }
}

/// Reads the tokens of one tag.
pub(super) struct Parser<'t, 's> {
    tokens: &'t [(Token<'s>, usize)],
    next: usize,
    /// Where the tag ends, in bytes of the source.
    end: usize,
    /// Where the tag is, as it is told to people: `text, line 3`.
    place: &'t str,
    pub scope: &'t mut Scope,
    /// What is read is printed: a variable that is missing is a fault there.
    strict: bool,
    /// Missing variables are told by name: the slower way, taken when one was found missing.
    naming: bool,
    depth: usize,
}

impl<'t, 's> Parser<'t, 's> {
    pub fn new(tokens: &'t [(Token<'s>, usize)], end: usize, place: &'t str, scope: &'t mut Scope, naming: bool) -> Self {
        Self { tokens, next: 0, end, place, scope, strict: false, naming, depth: 0 }
    }

    pub fn peek(&self) -> Option<&'t Token<'s>> {
        self.tokens.get(self.next).map(|(token, _)| token)
    }
    fn ahead(&self, by: usize) -> Option<&'t Token<'s>> {
        self.tokens.get(self.next + by).map(|(token, _)| token)
    }
    /// Where the next token stands.
    pub fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end.saturating_sub(2), |(_, at)| *at)
    }
    pub fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(s)) if *s == sign)
    }
    pub fn is_name(&self, name: &str) -> bool {
        matches!(self.peek(), Some(Token::Name(n)) if *n == name)
    }
    pub fn take_sign(&mut self, sign: &str) -> bool {
        let there = self.is_sign(sign);
        self.next += usize::from(there);
        there
    }
    pub fn take_name(&mut self, name: &str) -> bool {
        let there = self.is_name(name);
        self.next += usize::from(there);
        there
    }
    /// Whether `name=` comes next.
    pub fn assigns(&self) -> bool {
        matches!((self.peek(), self.ahead(1)), (Some(Token::Name(_)), Some(Token::Sign("="))))
    }
    pub fn done(&self) -> bool {
        self.next >= self.tokens.len()
    }
    /// Refuses what is left of the tag.
    pub fn finish(&self, expected: &str) -> Result<(), Slip> {
        if self.done() { Ok(()) } else { Err(self.unexpected(expected)) }
    }
    pub fn unexpected(&self, expected: &str) -> Slip {
        let found = self.peek().map_or_else(|| "the end of the tag".into(), |token| token.shown());
        Slip::syntax(self.at(), format!("{found} is not expected here"), format!("expected {expected}"))
    }
    pub fn name(&mut self, expected: &str) -> Result<&'s str, Slip> {
        match self.peek() {
            Some(Token::Name(name)) => {
                self.next += 1;
                Ok(name)
            }
            _ => Err(self.unexpected(expected)),
        }
    }
    /// A name that `for`, `set` and `with` may give a value to.
    pub fn target(&mut self) -> Result<&'s str, Slip> {
        let at = self.at();
        let name = self.name("a name for the value")?;
        if KEYWORDS.contains(&name) || ["loop", "forloop", "self", "block"].contains(&name) {
            return Err(Slip::syntax(at, format!("`{name}` has a meaning of its own"), "choose another name"));
        }
        Ok(name)
    }
    fn sign(&mut self, sign: &'static str, expected: &str) -> Result<(), Slip> {
        if self.take_sign(sign) { Ok(()) } else { Err(self.unexpected(expected)) }
    }
    /// A text in quotes.
    pub fn text(&mut self, expected: &str) -> Result<&'t str, Slip> {
        match self.peek() {
            Some(Token::Text(text)) => {
                self.next += 1;
                Ok(text)
            }
            _ => Err(self.unexpected(expected)),
        }
    }

    /// An expression that is printed.
    pub fn printed(&mut self) -> Result<String, Slip> {
        self.strict = true;
        let code = self.choice()?;
        Ok(self.used(code))
    }
    /// An expression whose variables may be missing.
    pub fn value(&mut self) -> Result<String, Slip> {
        let code = self.choice()?;
        Ok(self.used(code))
    }
    /// A condition. Variables it is made of are there where it holds.
    pub fn condition(&mut self) -> Result<String, Slip> {
        let before = self.next;
        let code = self.any()?;
        paths(&self.tokens[before..self.next]).into_iter().for_each(|path| self.scope.guard(path));
        Ok(self.used(code))
    }
    /// What a loop goes over; Django leaves the `()` of `.items` out.
    pub fn looped(&mut self) -> Result<String, Slip> {
        let code = self.any()?;
        if let Some(path) = &code.path
            && let Some((front, what @ ("items" | "keys" | "values"))) = path.shown.rsplit_once('.')
            && let Some(owner) = code.text.strip_suffix(what).and_then(|text| text.strip_suffix('.'))
        {
            if !path.local {
                self.scope.optional.insert(front.to_owned());
            }
            return Ok(format!("{owner}|_each({what:?})"));
        }
        Ok(format!("{}|_each", self.used(code)))
    }

    /// Notes the variable, and tells it by name where that is asked for.
    fn used(&mut self, code: Code) -> String {
        let Some(path) = code.path else { return code.text };
        let named = &path.shown[..path.named];
        if !self.strict {
            if !path.local {
                self.scope.optional.insert(named.to_owned());
            }
            return code.text;
        }
        if !path.local {
            self.scope.need(named);
        }
        if self.naming { format!("{}|_need({}, {})", code.text, quoted(&path.shown), quoted(self.place)) } else { code.text }
    }

    /// Reads something whose variables may be missing, within something that is printed.
    fn leniently<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Slip>) -> Result<T, Slip> {
        let strict = std::mem::replace(&mut self.strict, false);
        let result = read(self);
        self.strict = strict;
        result
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Slip>) -> Result<T, Slip> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let fault = format!("this expression is nested more than {MAX_DEPTH} deep");
            return Err(Slip::new(self.at(), "template_size", fault, "give parts of it names with `{% set %}`"));
        }
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// `a if b else c`.
    fn choice(&mut self) -> Result<Code, Slip> {
        let guards = self.scope.guards();
        self.asked_behind().into_iter().for_each(|path| self.scope.guard(path));
        let code = self.deeper(Self::any)?;
        if !self.take_name("if") {
            return Ok(code);
        }
        let yes = self.used(code);
        self.scope.unguard(guards);
        let asked = self.leniently(|p| p.deeper(Self::any).map(|code| p.used(code)))?;
        let no = if self.take_name("else") { self.deeper(|p| p.choice().map(|code| p.used(code)))? } else { "\"\"".to_owned() };
        Ok(Code::value(format!("({yes} if {asked} else {no})")))
    }

    /// The variables that the `if` behind a value asks for.
    fn asked_behind(&self) -> Vec<String> {
        let mut open = 0usize;
        let rest = &self.tokens[self.next..];
        let mut asks = None;
        for (i, (token, _)) in rest.iter().enumerate() {
            match token {
                Token::Sign("(" | "[" | "{") => open += 1,
                Token::Sign(")" | "]" | "}") if open == 0 => break,
                Token::Sign(")" | "]" | "}") => open -= 1,
                Token::Name("if") if open == 0 => asks = Some(i + 1),
                Token::Name("else") if open == 0 => return asks.map(|from| paths(&rest[from..i])).unwrap_or_default(),
                _ => {}
            }
        }
        asks.map(|from| paths(&rest[from..])).unwrap_or_default()
    }

    fn any(&mut self) -> Result<Code, Slip> {
        self.row("or", Self::every)
    }
    fn every(&mut self) -> Result<Code, Slip> {
        self.row("and", Self::negation)
    }

    /// Operands between `word`. All but the last may be missing: they are asked whether they hold.
    fn row(&mut self, word: &str, operand: fn(&mut Self) -> Result<Code, Slip>) -> Result<Code, Slip> {
        let at = self.at();
        let mut code = operand(self)?;
        if !self.is_name(word) {
            return Ok(code);
        }
        let mut all = Vec::new();
        while self.take_name(word) {
            chain(all.len(), at)?;
            all.push(self.leniently(|p| Ok(p.used(code)))?);
            code = operand(self)?;
        }
        all.push(self.used(code));
        Ok(Code::value(format!("({})", all.join(&format!(" {word} ")))))
    }

    fn negation(&mut self) -> Result<Code, Slip> {
        if !self.is_name("not") {
            return self.comparison();
        }
        self.next += 1;
        let operand = self.leniently(|p| p.deeper(Self::negation).map(|code| p.used(code)))?;
        Ok(Code::value(format!("{operand}|_not")))
    }

    fn comparison(&mut self) -> Result<Code, Slip> {
        let at = self.at();
        let left = self.sum()?;
        if self.compares().is_none() {
            return Ok(left);
        }
        let mut left = self.leniently(|p| Ok(p.used(left)))?;
        let mut all = Vec::new();
        while let Some((filter, words)) = self.compares() {
            chain(all.len(), at)?;
            self.next += words;
            let right = self.leniently(|p| p.sum().map(|code| p.used(code)))?;
            all.push(format!("{left}|{filter}({right})"));
            left = right;
        }
        match <[String; 1]>::try_from(all) {
            Ok([only]) => Ok(Code::value(only)),
            Err(all) => Ok(Code::value(format!("({})", all.join(" and ")))),
        }
    }

    /// The filter for the comparison that comes next, and how many tokens it is.
    fn compares(&self) -> Option<(&'static str, usize)> {
        Some(match self.peek()? {
            Token::Sign("==") => ("_eq", 1),
            Token::Sign("!=") => ("_ne", 1),
            Token::Sign("<") => ("_lt", 1),
            Token::Sign("<=") => ("_le", 1),
            Token::Sign(">") => ("_gt", 1),
            Token::Sign(">=") => ("_ge", 1),
            Token::Name("in") => ("_in", 1),
            Token::Name("not") if matches!(self.ahead(1), Some(Token::Name("in"))) => ("_not_in", 2),
            _ => return None,
        })
    }

    fn sum(&mut self) -> Result<Code, Slip> {
        self.operators(&[("+", "_add"), ("-", "_sub")], |p| {
            p.operators(&[("~", "_cat")], |p| {
                p.operators(&[("*", "_mul"), ("/", "_div"), ("//", "_whole"), ("%", "_rem")], |p| {
                    p.operators(&[("**", "_pow")], Self::unary)
                })
            })
        })
    }

    fn operators(&mut self, signs: &[(&str, &str)], operand: fn(&mut Self) -> Result<Code, Slip>) -> Result<Code, Slip> {
        let at = self.at();
        let mut code = operand(self)?;
        let mut count = 0;
        while let Some((_, filter)) = signs.iter().find(|(sign, _)| self.is_sign(sign)) {
            chain(count, at)?;
            count += 1;
            self.next += 1;
            let left = self.used(code);
            let right = operand(self)?;
            let right = self.used(right);
            code = Code::value(format!("{left}|{filter}({right})"));
        }
        Ok(code)
    }

    fn unary(&mut self) -> Result<Code, Slip> {
        let minus = self.take_sign("-");
        let code = self.primary()?;
        let mut code = self.postfix(code)?;
        if minus {
            code = Code::value(format!("{}|_neg", self.used(code)));
        }
        self.filtered(code)
    }

    fn primary(&mut self) -> Result<Code, Slip> {
        let Some(token) = self.peek() else { return Err(self.unexpected("a name, a number or a text in quotes")) };
        let at = self.at();
        self.next += 1;
        match token {
            Token::Text(text) => Ok(Code::value(quoted(text))),
            Token::Whole(number) => Ok(Code::value(number.to_string())),
            Token::Real(number) => Ok(Code::value(format!("{number:?}"))),
            Token::Name("true" | "True") => Ok(Code::value("true")),
            Token::Name("false" | "False") => Ok(Code::value("false")),
            Token::Name("none" | "None" | "null") => Ok(Code::value("none")),
            Token::Name(name) if KEYWORDS.contains(name) => {
                self.next -= 1;
                Err(self.unexpected("a name, a number or a text in quotes"))
            }
            Token::Name(name) if self.is_sign("(") => self.call(name, at),
            Token::Name(name) => Ok(self.variable(name)),
            Token::Sign("(") => self.deeper(|p| p.bracketed(")")),
            Token::Sign("[") => self.deeper(|p| p.bracketed("]")),
            Token::Sign("{") => self.deeper(Self::table),
            _ => {
                self.next -= 1;
                Err(self.unexpected("a name, a number or a text in quotes"))
            }
        }
    }

    fn variable(&mut self, name: &str) -> Code {
        let looped = matches!(name, "loop" | "forloop");
        let local = looped || self.scope.is_local(name);
        let text = if looped { "loop".to_owned() } else { mangled(name) };
        Code { text, path: Some(Path { shown: name.to_owned(), named: name.len(), local }) }
    }

    /// The functions there are.
    fn call(&mut self, name: &str, at: usize) -> Result<Code, Slip> {
        if name != "range" {
            let remedy = match name {
                "_" | "gettext" | "ngettext" => "write one variant of the template for each language",
                "super" => "write `{{ super() }}` alone in its tag",
                _ => "there is `range(…)`; anything else is given as a variable or done with a filter",
            };
            return Err(Slip::new(at, "template_function", format!("there is no function `{name}`"), remedy));
        }
        self.next += 1;
        let args = self.values(")")?;
        if args.is_empty() || args.len() > 3 {
            return Err(Slip::syntax(at, "`range` takes 1 to 3 numbers", "write `range(end)` or `range(begin, end, step)`"));
        }
        let rest = &args[1..];
        Ok(Code::value(format!("{}|_range({})", args[0], rest.join(", "))))
    }

    /// Values up to `close`, which is read too.
    fn values(&mut self, close: &'static str) -> Result<Vec<String>, Slip> {
        let mut all = Vec::new();
        while !self.take_sign(close) {
            let value = self.leniently(|p| p.deeper(|p| p.choice().map(|code| p.used(code))))?;
            all.push(value);
            if !self.is_sign(close) {
                self.sign(",", &format!("`,` or `{close}`"))?;
            }
        }
        Ok(all)
    }

    /// `(a)`, `(a, b)` or `[a, b]`.
    fn bracketed(&mut self, close: &'static str) -> Result<Code, Slip> {
        if close == ")" {
            let code = self.choice()?;
            if self.take_sign(")") {
                // Its own parentheses keep `not` and the like from binding to what stands behind.
                return Ok(code);
            }
            let first = self.leniently(|p| Ok(p.used(code)))?;
            self.sign(",", "`)` or `,`")?;
            let rest = self.values(")")?;
            return Ok(Code::value(format!("none|_list({})", [vec![first], rest].concat().join(", "))));
        }
        let all = self.values(close)?;
        Ok(Code::value(format!("none|_list({})", all.join(", "))))
    }

    /// `{"a": b}`.
    fn table(&mut self) -> Result<Code, Slip> {
        let mut all = Vec::new();
        while !self.take_sign("}") {
            all.push(quoted(self.text("a key in quotes or `}`")?));
            self.sign(":", "`:`")?;
            all.push(self.leniently(|p| p.deeper(|p| p.choice().map(|code| p.used(code))))?);
            if !self.is_sign("}") {
                self.sign(",", "`,` or `}`")?;
            }
        }
        Ok(Code::value(format!("none|_table({})", all.join(", "))))
    }

    fn postfix(&mut self, mut code: Code) -> Result<Code, Slip> {
        let start = self.at();
        let mut count = 0;
        loop {
            chain(count, start)?;
            count += 1;
            if self.take_sign(".") {
                code = self.member(code)?;
            } else if self.take_sign("[") {
                code = self.deeper(|p| p.item(code))?;
            } else if self.is_sign("(") {
                return Err(Slip::new(self.at(), "template_function", "this cannot be called", "leave the `()` out, or use a filter"));
            } else {
                return Ok(code);
            }
        }
    }

    fn member(&mut self, code: Code) -> Result<Code, Slip> {
        let at = self.at();
        if let Some(Token::Whole(index)) = self.peek() {
            self.next += 1;
            let path = code.path.map(|path| Path { shown: format!("{}.{index}", path.shown), ..path });
            return Ok(Code { text: format!("{}|_item({index})", code.text), path });
        }
        let name = self.name("a name or a number behind `.`")?;
        if self.is_sign("(") {
            return self.method(code, name, at);
        }
        if code.text == "loop" {
            return loop_member(name, at, code.path);
        }
        let path = code.path.map(|path| {
            let whole = path.named == path.shown.len();
            let shown = format!("{}.{name}", path.shown);
            Path { named: if whole { shown.len() } else { path.named }, shown, local: path.local }
        });
        let names = code.text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'));
        let native = name.is_ascii() && names && !code.text.starts_with(|c: char| c.is_ascii_digit());
        let text = if native { format!("{}.{name}", code.text) } else { format!("{}|_item({})", code.text, quoted(name)) };
        Ok(Code { text, path })
    }

    /// The few calls that everybody writes by habit.
    fn method(&mut self, code: Code, name: &str, at: usize) -> Result<Code, Slip> {
        let cycle = code.text == "loop" && name == "cycle";
        self.next += 1;
        let args = self.values(")")?;
        let owner = self.leniently(|p| Ok(p.used(code)))?;
        match (name, args.as_slice()) {
            ("cycle", [_, ..]) if cycle => Ok(Code::value(format!("loop.cycle({})", args.join(", ")))),
            ("items" | "keys" | "values", []) => Ok(Code::value(format!("{owner}|_each({name:?})"))),
            ("get", [key]) => Ok(Code::value(format!("{owner}|_item({key})"))),
            ("get", [key, other]) => Ok(Code::value(format!("{owner}|_item({key})|default({other})"))),
            _ => {
                let remedy = match filters::find(name) {
                    Some(_) => format!("write `|{name}`"),
                    None => "use a filter, or give the value as a variable".to_owned(),
                };
                Err(Slip::new(at, "template_function", format!("there is no function `.{name}()`"), remedy))
            }
        }
    }

    /// `a[b]` or `a[b:c]`, behind the bracket.
    fn item(&mut self, code: Code) -> Result<Code, Slip> {
        let bound = |p: &mut Self| -> Result<String, Slip> {
            if p.is_sign(":") || p.is_sign("]") {
                return Ok("none".to_owned());
            }
            p.leniently(|p| p.choice().map(|code| p.used(code)))
        };
        let literal = match (self.peek(), self.ahead(1)) {
            (Some(Token::Text(key)), Some(Token::Sign("]"))) => Some(key.clone()),
            (Some(Token::Whole(index)), Some(Token::Sign("]"))) => Some(index.to_string()),
            _ => None,
        };
        let begin = bound(self)?;
        if self.take_sign(":") {
            let end = bound(self)?;
            let step = if self.take_sign(":") { bound(self)? } else { "none".to_owned() };
            self.sign("]", "`]`")?;
            let owner = self.used(code);
            return Ok(Code::value(format!("{owner}|_slice({begin}, {end}, {step})")));
        }
        if begin == "none" {
            return Err(self.unexpected("an index or a key"));
        }
        self.sign("]", "`]` or `:`")?;
        let path = match (code.path, literal) {
            (Some(path), Some(key)) => Some(Path { shown: format!("{}.{key}", path.shown), ..path }),
            (path, _) => {
                if let Some(path) = path.filter(|path| !path.local) {
                    self.scope.optional.insert(path.shown[..path.named].to_owned());
                }
                None
            }
        };
        Ok(Code { text: format!("{}|_item({begin})", code.text), path })
    }
}

/// Words that are no variable.
const KEYWORDS: [&str; 12] = ["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False"];

/// What Jinja's `loop` and Django's `forloop` tell.
fn loop_member(name: &str, at: usize, path: Option<Path>) -> Result<Code, Slip> {
    let known = match name {
        "index" | "counter" => "index",
        "index0" | "counter0" => "index0",
        "revindex" | "revcounter" => "revindex",
        "revindex0" | "revcounter0" => "revindex0",
        "first" => "first",
        "last" => "last",
        "length" => "length",
        "parentloop" => {
            let remedy = "give the outer loop's value a name: `{% with row=forloop.counter %}`";
            return Err(Slip::syntax(at, "`parentloop` is not supported", remedy));
        }
        _ => {
            let fault = format!("a loop has no `{name}`");
            return Err(Slip::syntax(
                at,
                fault,
                "there are counter (index), counter0 (index0), revcounter, first, last, length and cycle()",
            ));
        }
    };
    let path = path.map(|path| Path { shown: format!("{}.{name}", path.shown), named: path.named, local: true });
    Ok(Code { text: format!("loop.{known}"), path })
}

fn chain(count: usize, at: usize) -> Result<(), Slip> {
    if count < MAX_CHAIN {
        return Ok(());
    }
    let fault = format!("this expression has more than {MAX_CHAIN} operands in a row");
    Err(Slip::new(at, "template_size", fault, "give parts of it names with `{% set %}`"))
}

/// The variables that are there where a condition holds: all that it names, unless it says `or` or `not`.
fn paths(condition: &[(Token<'_>, usize)]) -> Vec<String> {
    if condition.iter().any(|(token, _)| matches!(token, Token::Name("or" | "not"))) {
        return Vec::new();
    }
    let mut all = vec![String::new()];
    let mut dotted = false;
    for (token, _) in condition {
        match (token, all.last_mut()) {
            (Token::Name(name), Some(path)) if dotted => path.push_str(name),
            (Token::Name(name), _) => all.push((*name).to_owned()),
            (Token::Sign("."), Some(path)) => path.push('.'),
            _ => all.push(String::new()),
        }
        dotted = matches!(token, Token::Sign("."));
    }
    all.retain(|path| !path.is_empty());
    all
}
