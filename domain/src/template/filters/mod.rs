//! The filters and tests there are. Those whose names begin with `_` are the language's own operators.
//!
//! A filter that is given nothing (a missing variable, a JSON `null`) gives nothing back, so that printing tells it is missing.

mod date;
mod html;
mod korean;
mod list;
mod logic;
mod number;
mod own;
mod text;

pub(super) use html::escaped;

use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, Value, value::Rest};

use super::{gauge, values};

/// What a filter is called with.
pub(super) struct Call<'a> {
    pub value: &'a Value,
    pub args: &'a [Value],
    /// What is printed is escaped for HTML.
    pub html: bool,
}

impl Call<'_> {
    /// The argument, unless it was left out.
    pub fn arg(&self, place: usize) -> Option<&Value> {
        self.args.get(place).filter(|value| !values::is_missing(value))
    }
    pub fn text(&self) -> String {
        values::printed(self.value)
    }
    pub fn arg_text(&self, place: usize) -> Option<String> {
        self.arg(place).map(values::printed)
    }
    /// A whole number from 0 to `most`.
    pub fn arg_count(&self, place: usize, most: usize) -> Result<Option<usize>, Error> {
        let Some(value) = self.arg(place) else { return Ok(None) };
        match number::read(value).map(number::Number::real) {
            Some(count) if count >= 0.0 && count <= most as f64 => Ok(Some(count as usize)),
            _ => Err(refuse(format!("the argument is no number from 0 to {most}"))),
        }
    }
    pub fn arg_true(&self, place: usize) -> bool {
        self.arg(place).is_some_and(Value::is_true)
    }
}

/// A fault of a value that a filter was given.
pub(super) fn refuse(fault: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, fault.into())
}

type Run = fn(&Call<'_>) -> Result<Value, Error>;

/// A filter as templates name it.
#[derive(Clone, Copy)]
pub(super) struct Filter {
    pub name: &'static str,
    /// Arguments in their order.
    pub params: &'static [&'static str],
    /// How many of them must be given.
    pub needed: usize,
    /// It is asked also when there is no value.
    pub takes_missing: bool,
    /// It takes the same time whatever it is given: nothing is charged.
    free: bool,
    run: Run,
}

impl Filter {
    /// How it is written.
    pub fn usage(&self) -> String {
        match self.params {
            [] => format!("write `|{}` without arguments", self.name),
            [only] => format!("write `|{}({only})` or `|{}:{only}`", self.name, self.name),
            all => format!("write `|{}({})`, of which the first {} are needed", self.name, all.join(", "), self.needed),
        }
    }
}

const fn filter(name: &'static str, params: &'static [&'static str], needed: usize, run: Run) -> Filter {
    Filter { name, params, needed, takes_missing: false, free: false, run }
}
const fn always(name: &'static str, params: &'static [&'static str], needed: usize, run: Run) -> Filter {
    Filter { name, params, needed, takes_missing: true, free: false, run }
}

const fn free(filter: Filter) -> Filter {
    Filter { free: true, ..filter }
}

/// Filters of the language.
const FILTERS: &[Filter] = &[
    filter("abs", &[], 0, number::abs),
    filter("add", &["value"], 1, number::add),
    filter("batch", &["count", "fill"], 1, list::batch),
    filter("capfirst", &[], 0, text::capfirst),
    filter("capitalize", &[], 0, text::capitalize),
    filter("center", &["width"], 1, text::center),
    filter("cut", &["text"], 1, text::cut),
    filter("date", &["format"], 0, date::date),
    free(always("default", &["value", "boolean"], 0, logic::default)),
    free(always("default_if_none", &["value"], 1, logic::default_if_none)),
    filter("dictsort", &["by"], 0, list::dictsort),
    filter("dictsortreversed", &["by"], 0, list::dictsortreversed),
    filter("divisibleby", &["number"], 1, number::divisibleby),
    filter("escape", &[], 0, html::escape),
    filter("filesizeformat", &[], 0, number::filesizeformat),
    free(filter("first", &[], 0, list::first)),
    filter("float", &["default"], 0, number::float),
    filter("floatformat", &["digits"], 0, number::floatformat),
    filter("indent", &["width", "first"], 0, text::indent),
    filter("int", &["default"], 0, number::int),
    filter("intcomma", &[], 0, number::intcomma),
    filter("items", &[], 0, list::items),
    filter("join", &["separator", "attribute"], 0, list::join),
    filter("josa", &["pair"], 1, korean::josa),
    free(filter("last", &[], 0, list::last)),
    filter("length", &[], 0, list::length),
    filter("linebreaks", &[], 0, html::linebreaks),
    filter("linebreaksbr", &[], 0, html::linebreaksbr),
    filter("list", &[], 0, list::list),
    filter("ljust", &["width"], 1, text::ljust),
    filter("lower", &[], 0, text::lower),
    filter("map", &["attribute"], 1, list::map),
    filter("max", &[], 0, list::max),
    filter("min", &[], 0, list::min),
    filter("pluralize", &["suffix"], 0, text::pluralize),
    filter("replace", &["old", "new"], 2, text::replace),
    filter("reverse", &[], 0, list::reverse),
    filter("rjust", &["width"], 1, text::rjust),
    filter("round", &["digits"], 0, number::round),
    filter("safe", &[], 0, html::safe),
    filter("slice", &["range"], 1, list::django_slice),
    filter("sort", &["reverse", "case_sensitive", "attribute"], 0, list::sort),
    filter("split", &["separator"], 0, list::split),
    filter("string", &[], 0, text::string),
    filter("striptags", &[], 0, html::striptags),
    filter("sum", &["attribute"], 0, list::sum),
    filter("time", &["format"], 0, date::time),
    filter("title", &[], 0, text::title),
    filter("tojson", &[], 0, html::tojson),
    filter("trim", &["characters"], 0, text::trim),
    filter("truncate", &["length", "killwords", "end"], 0, text::truncate),
    filter("truncatechars", &["length"], 1, text::truncatechars),
    filter("truncatewords", &["count"], 1, text::truncatewords),
    filter("unique", &[], 0, list::unique),
    filter("upper", &[], 0, text::upper),
    filter("urlencode", &[], 0, html::urlencode),
    filter("won", &[], 0, korean::won),
    filter("wordcount", &[], 0, text::wordcount),
    free(always("yesno", &["words"], 0, logic::yesno)),
];

/// Other names for some of them.
const ALIASES: [(&str, &str); 5] =
    [("d", "default"), ("e", "escape"), ("force_escape", "escape"), ("count", "length"), ("reversed", "reverse")];

/// The language's operators, which templates cannot name.
const OPERATORS: &[Filter] = &[
    always("_add", &[], 0, number::plus),
    always("_cat", &[], 0, text::cat),
    free(always("_default_empty", &[], 0, logic::default_empty)),
    always("_div", &[], 0, number::divide),
    free(always("_each", &[], 0, list::each)),
    always("_eq", &[], 0, logic::eq),
    always("_ge", &[], 0, logic::ge),
    always("_gt", &[], 0, logic::gt),
    always("_in", &[], 0, logic::is_in),
    free(always("_is", &[], 0, logic::is)),
    free(always("_item", &[], 0, list::item)),
    always("_le", &[], 0, logic::le),
    always("_list", &[], 0, list::make),
    always("_lt", &[], 0, logic::lt),
    always("_mul", &[], 0, number::multiply),
    always("_ne", &[], 0, logic::ne),
    free(always("_need", &[], 0, own::need)),
    always("_neg", &[], 0, number::negate),
    free(always("_not", &[], 0, logic::not)),
    always("_not_in", &[], 0, logic::is_not_in),
    always("_pow", &[], 0, number::power),
    free(always("_printed", &[], 0, own::printed)),
    filter("_range", &[], 0, list::range),
    always("_rem", &[], 0, number::remainder),
    free(always("_room", &[], 0, own::room)),
    always("_slice", &[], 0, list::slice),
    always("_sub", &[], 0, number::minus),
    always("_table", &[], 0, list::make_table),
    always("_whole", &[], 0, number::divide_whole),
];

/// Tests behind `is`, and whether they take an argument.
pub(super) const TESTS: &[(&str, bool)] = &[
    ("defined", false),
    ("undefined", false),
    ("none", false),
    ("boolean", false),
    ("true", false),
    ("false", false),
    ("number", false),
    ("integer", false),
    ("float", false),
    ("string", false),
    ("sequence", false),
    ("iterable", false),
    ("mapping", false),
    ("odd", false),
    ("even", false),
    ("divisibleby", true),
    ("startingwith", true),
    ("endingwith", true),
];

/// The filter of that name.
pub(super) fn find(name: &str) -> Option<&'static Filter> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, of)| of);
    FILTERS.iter().find(|filter| filter.name == name)
}

/// What to write in place of a filter that there is none of.
pub(super) fn remedy(name: &str) -> String {
    let near = FILTERS.iter().map(|filter| (distance(filter.name, name), filter.name)).min();
    match near {
        Some((1..=2, near)) if name.len() > 2 => format!("did you mean `{near}`?"),
        _ => format!("there are {}", FILTERS.iter().map(|filter| filter.name).collect::<Vec<_>>().join(", ")),
    }
}

/// How many letters have to be changed, added or removed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(40).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}

/// Gives the engine all of them.
pub(super) fn install(engine: &mut Environment<'static>) {
    for filter in FILTERS.iter().chain(OPERATORS) {
        engine.add_filter(filter.name, move |state: &State, all: Rest<Value>| -> Result<Value, Error> {
            run(filter, matches!(state.auto_escape(), AutoEscape::Html), &all)
        });
    }
}

fn run(filter: &Filter, html: bool, all: &[Value]) -> Result<Value, Error> {
    let Some((value, args)) = all.split_first() else { return Ok(Value::UNDEFINED) };
    if !filter.takes_missing && values::is_missing(value) {
        return Ok(value.clone());
    }
    if !filter.free {
        gauge::work(all.iter().map(values::weight).sum())?;
    }
    let result = (filter.run)(&Call { value, args, html }).map_err(|error| {
        let detail = error.detail().unwrap_or_default();
        if detail.starts_with(gauge::LIMIT) || filter.name.starts_with('_') {
            error
        } else {
            refuse(format!("`{}`: {detail}", filter.name))
        }
    })?;
    if !filter.free {
        gauge::work(values::weight(&result))?;
    }
    Ok(result)
}
