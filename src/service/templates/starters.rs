//! Templates that are there from the start, in Korean and English, as files in the layout of `layout`. One of the same name in the
//! store goes before them as soon as it is published.

use std::{collections::BTreeMap, sync::LazyLock};

use jebi_domain::template_record::Source;

use super::{
    compile,
    found::{Found, Pool, uncompiled},
    layout,
};

macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("starters/", $path)))
    };
}

/// Every file under `starters/`, by its path.
pub const FILES: &[(&str, &str)] = &[
    file!("base.html/template.toml"),
    file!("base.html/body.html"),
    file!("button.html/template.toml"),
    file!("button.html/body.html"),
    file!("emails/base.html/template.toml"),
    file!("emails/base.html/body.html"),
    file!("newsletter/template.toml"),
    file!("newsletter/ko.html"),
    file!("newsletter/ko.txt"),
    file!("newsletter/en.html"),
    file!("newsletter/en.txt"),
    file!("notice/template.toml"),
    file!("notice/ko.html"),
    file!("notice/ko.txt"),
    file!("notice/en.html"),
    file!("notice/en.txt"),
    file!("notification/template.toml"),
    file!("notification/ko.html"),
    file!("notification/ko.txt"),
    file!("notification/en.html"),
    file!("notification/en.txt"),
    file!("password-reset/template.toml"),
    file!("password-reset/ko.html"),
    file!("password-reset/ko.txt"),
    file!("password-reset/en.html"),
    file!("password-reset/en.txt"),
    file!("receipt/template.toml"),
    file!("receipt/ko.html"),
    file!("receipt/ko.txt"),
    file!("receipt/en.html"),
    file!("receipt/en.txt"),
    file!("verification/template.toml"),
    file!("verification/ko.html"),
    file!("verification/ko.txt"),
    file!("verification/en.html"),
    file!("verification/en.txt"),
];

/// All of them, ready to be used. They are part of the program, and a test reads and compiles each.
static ALL: LazyLock<BTreeMap<&'static str, Found>> = LazyLock::new(|| {
    let mut folders: BTreeMap<&'static str, BTreeMap<String, String>> = BTreeMap::new();
    for (path, text) in FILES {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        folders.entry(folder).or_default().insert(file.to_owned(), (*text).to_owned());
    }
    let mut pool = Pool::new();
    for (name, files) in &folders {
        let source = layout::read(files).expect("the starters can be read").source;
        pool.insert((*name).to_owned(), Some(uncompiled(source)));
    }
    let made: Vec<(&'static str, Found)> = folders
        .into_keys()
        .filter_map(|name| {
            let found = pool.get(name)?.clone()?;
            let compiled = compile::sound(name, &found, &pool);
            Some((name, Found { compiled: compiled.into(), ..found }))
        })
        .collect();
    made.into_iter().collect()
});

/// All of them by name, with what their author wrote.
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static Source)> {
    ALL.iter().map(|(name, found)| (*name, &*found.source))
}

pub(super) fn built_in(name: &str) -> Option<Found> {
    ALL.get(name).cloned()
}

/// Those that extend or include this one themselves.
pub(super) fn users_of(part: &str) -> Vec<String> {
    ALL.iter().filter(|(_, found)| found.compiled.parts.iter().any(|one| one == part)).map(|(name, _)| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    fn walk(folder: &Path, root: &Path, all: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                walk(&path, root, all);
            } else {
                all.push(path.strip_prefix(root).expect("below it").to_string_lossy().replace('\\', "/"));
            }
        }
    }

    #[test]
    fn every_file_of_the_folder_is_in_the_program() {
        let (root, mut there) = (Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/service/templates/starters")), Vec::new());
        walk(root, root, &mut there);
        there.sort();
        let mut listed: Vec<&str> = FILES.iter().map(|(path, _)| *path).collect();
        listed.sort_unstable();
        assert_eq!(listed, there);
    }

    #[test]
    fn every_starter_is_sound_and_there_in_korean_and_english() {
        for (name, source) in all() {
            assert_eq!(jebi_domain::template_record::check(source), [], "{name}");
            if source.kind == jebi_domain::template_record::TemplateKind::Mail {
                let languages: Vec<&str> = source.variants.iter().map(|one| one.language.as_str()).collect();
                assert_eq!(languages, ["en", "ko"], "{name}");
                assert!(source.variants.iter().all(|one| one.html.is_some() && one.text.is_some()), "{name}");
            }
        }
        assert_eq!(all().filter(|(_, source)| source.kind == jebi_domain::template_record::TemplateKind::Mail).count(), 6);
    }

    #[test]
    fn what_uses_a_part_is_known() {
        assert_eq!(users_of("emails/base.html"), ["notification"]);
        assert!(users_of("base.html").contains(&"emails/base.html".to_owned()));
    }
}
