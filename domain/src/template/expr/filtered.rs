//! What stands behind a value: filters with their arguments, and tests.

use super::{Code, Parser, Slip, chain};
use crate::template::{
    filters::{self, Filter},
    lex::Token,
};

impl Parser<'_, '_> {
    /// Filters and tests behind a value.
    pub(super) fn filtered(&mut self, mut code: Code) -> Result<Code, Slip> {
        let start = self.at();
        let mut count = 0;
        loop {
            chain(count, start)?;
            count += 1;
            if self.take_sign("|") {
                code = self.filter(code)?;
            } else if self.take_name("is") {
                code = self.test(code)?;
            } else {
                return Ok(code);
            }
        }
    }

    fn filter(&mut self, code: Code) -> Result<Code, Slip> {
        let at = self.at();
        let name = self.name("the name of a filter behind `|`")?;
        let Some(filter) = filters::find(name) else {
            let remedy = filters::remedy(name);
            return Err(Slip::new(at, "template_filter", format!("there is no filter `{name}`"), remedy));
        };
        let (args, django) = if self.take_sign(":") {
            (vec![self.leniently(Self::django_argument)?], true)
        } else if self.take_sign("(") {
            (self.arguments(filter)?, false)
        } else {
            (Vec::new(), false)
        };
        if args.len() < filter.needed || args.len() > filter.params.len() {
            return Err(Slip::syntax(at, format!("`{name}` is given {} arguments", args.len()), filter.usage()));
        }
        let receiver = if filter.takes_missing { self.leniently(|p| Ok(p.used(code)))? } else { self.used(code) };
        // Django's `default` also stands in for what is empty, Jinja's only for what is missing.
        let run = if django && filter.name == "default" { "_default_empty" } else { filter.name };
        let args = args.join(", ");
        Ok(Code::value(if args.is_empty() { format!("{receiver}|{run}") } else { format!("{receiver}|{run}({args})") }))
    }

    /// What stands behind `filter:` is one literal or one variable.
    fn django_argument(&mut self) -> Result<String, Slip> {
        let minus = self.take_sign("-");
        let code = self.primary()?;
        let code = self.postfix(code)?;
        let text = self.used(code);
        Ok(if minus { format!("{text}|_neg") } else { text })
    }

    /// Arguments in parentheses, by place or by name, in the filter's own order.
    fn arguments(&mut self, filter: &Filter) -> Result<Vec<String>, Slip> {
        let mut all: Vec<String> = Vec::new();
        while !self.take_sign(")") {
            let at = self.at();
            let place = match (self.peek(), self.ahead(1)) {
                (Some(Token::Name(name)), Some(Token::Sign("="))) => {
                    self.next += 2;
                    let place = filter.params.iter().position(|param| param == name);
                    place.ok_or_else(|| Slip::syntax(at, format!("`{}` has no argument `{name}`", filter.name), filter.usage()))?
                }
                _ => all.len(),
            };
            let value = self.leniently(|p| p.deeper(|p| p.choice().map(|code| p.used(code))))?;
            if place >= filter.params.len() {
                return Err(Slip::syntax(at, format!("`{}` has no such argument", filter.name), filter.usage()));
            }
            if place >= all.len() {
                all.resize(place + 1, "none".to_owned());
            }
            all[place] = value;
            if !self.is_sign(")") {
                self.sign(",", "`,` or `)`")?;
            }
        }
        Ok(all)
    }

    fn test(&mut self, code: Code) -> Result<Code, Slip> {
        let not = self.take_name("not");
        let at = self.at();
        let name = self.name("the name of a test behind `is`, such as `defined`")?;
        let Some((_, takes)) = filters::TESTS.iter().find(|(test, _)| *test == name) else {
            let known = filters::TESTS.iter().map(|(test, _)| *test).collect::<Vec<_>>().join(", ");
            return Err(Slip::new(at, "template_filter", format!("there is no test `{name}`"), format!("there are {known}")));
        };
        let receiver = self.leniently(|p| Ok(p.used(code)))?;
        let mut text = format!("{receiver}|_is({name:?}");
        if *takes {
            let argument = if self.take_sign("(") {
                let argument = self.leniently(|p| p.deeper(|p| p.choice().map(|code| p.used(code))))?;
                self.sign(")", "`)`")?;
                argument
            } else {
                self.leniently(Self::django_argument)?
            };
            text.push_str(&format!(", {argument}"));
        }
        text.push_str(if not { ")|_not" } else { ")" });
        Ok(Code::value(text))
    }
}
