//! The command line's help in the person's language. The parser is written in English; here its texts are put into others.

use clap::{Arg, Command};

use crate::words::Language;

/// clap's own form of a help page, with the word before the usage ours.
const PAGE: &str = "{before-help}{about-with-newline}\n사용법: {usage}\n\n{all-args}{after-help}";

/// The parser with its texts in this language.
pub(super) fn in_language(mut command: Command, language: Language) -> Command {
    if language == Language::English {
        return command;
    }
    // Only a built parser has its flags and commands for help.
    command.build();
    page(command, language)
}

fn page(command: Command, language: Language) -> Command {
    let said = |text: Option<&clap::builder::StyledStr>| text.map(|text| language.say(&text.to_string()).into_owned());
    let (about, long, after) = (said(command.get_about()), said(command.get_long_about()), said(command.get_after_help()));
    let mut command = command.help_template(PAGE).subcommand_help_heading("명령");
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(long) = long {
        command = command.long_about(long);
    }
    if let Some(after) = after {
        command = command.after_help(after);
    }
    command.mut_args(|arg| argument(arg, language)).mut_subcommands(|command| page(command, language))
}

fn argument(arg: Arg, language: Language) -> Arg {
    let said = |text: Option<&clap::builder::StyledStr>| text.map(|text| language.say(&text.to_string()).into_owned());
    let (help, long) = (said(arg.get_help()), said(arg.get_long_help()));
    let heading = match arg.get_help_heading() {
        Some("Configuration") => "설정",
        _ if arg.is_positional() => "인수",
        _ => "옵션",
    };
    let mut arg = arg.help_heading(heading);
    if let Some(help) = help {
        arg = arg.help(help);
    }
    if let Some(long) = long {
        arg = arg.long_help(long);
    }
    arg
}

/// What clap says of a wrong use, paragraph by paragraph.
pub(super) fn wrong_use(said: &str, language: Language) -> String {
    said.trim_end().split("\n\n").map(|paragraph| language.say(paragraph).into_owned()).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;
    use fluent_syntax::ast::{Entry, Pattern, PatternElement};

    use super::*;

    /// Every text of the English help.
    fn texts(command: &Command, all: &mut BTreeSet<String>) {
        let own = [command.get_about(), command.get_long_about(), command.get_after_help()];
        let arguments = command.get_arguments().flat_map(|arg| [arg.get_help(), arg.get_long_help()]);
        all.extend(own.into_iter().chain(arguments).flatten().map(ToString::to_string));
        command.get_subcommands().for_each(|command| texts(command, all));
    }

    /// A text without values, as Fluent keeps it.
    fn words(pattern: Pattern<&str>) -> String {
        let words = |element| if let PatternElement::TextElement { value } = element { Some(value) } else { None };
        pattern.elements.into_iter().filter_map(words).collect()
    }

    fn english() -> BTreeSet<String> {
        let (mut command, mut all) = (crate::cli::Cli::command(), BTreeSet::new());
        command.build();
        texts(&command, &mut all);
        all
    }

    #[test]
    fn every_text_of_the_help_is_there_in_korean() {
        let missing: Vec<String> =
            english().into_iter().filter(|text| !Language::Korean.say(text).chars().any(|c| ('가'..='힣').contains(&c))).collect();
        assert!(missing.is_empty(), "put these into locales/en.ftl and ko.ftl under help-…: {missing:#?}");
    }

    #[test]
    fn no_text_of_the_help_is_left_over() {
        let english = english();
        let file = fluent_syntax::parser::parse(include_str!("../../locales/en.ftl")).expect("Fluent");
        for entry in file.body {
            let Entry::Message(message) = entry else { continue };
            if message.id.name.starts_with("help-") && message.id.name != "help-example" {
                let text = message.value.map(words).unwrap_or_default();
                assert!(english.contains(&text), "{} stands in locales/en.ftl and nowhere in the help", message.id.name);
            }
        }
    }

    #[test]
    fn the_korean_parser_is_sound_and_says_no_english_around_its_texts() {
        let command = in_language(crate::cli::Cli::command(), Language::Korean);
        let mut send = command.find_subcommand("send").expect("there is one").clone();
        let page = send.render_long_help().to_string();
        assert!(page.contains("사용법: jebi send") && page.contains("\n예:\n  jebi send --to"), "{page}");
        for word in ["Usage", "Options", "Arguments", "Commands", "Example", "Print"] {
            assert!(!page.contains(word), "{word}: {page}");
        }
        let matches = command.try_get_matches_from(["jebi", "send", "--to", "a@example.com", "--subject", "s", "--text", "t"]);
        assert_eq!(matches.expect("it parses").subcommand_name(), Some("send"));
    }
}
