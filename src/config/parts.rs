//! `DB_HOST`, `DB_PORT`, `DB_NAME`, `DB_USER`: a PostgreSQL by its parts, where `DATABASE_URL` is not set (S0-17), as Django and its like
//! name them. The password is `DB_PASSWORD`, another name of `DATABASE_PASSWORD`.

use super::{
    key::{Key, Origin},
    layers::Layers,
    parse::whole,
    postgres::{PostgresHost, PostgresUrl, USUAL_PORT, host_of, mode, ssl_mode},
    reader::{Bad, Reader},
};

pub(super) const HOST: Key = Key::new("database.host", &["DB_HOST"]);
pub(super) const PORT: Key = Key::new("database.port", &["DB_PORT"]);
pub(super) const NAME: Key = Key::new("database.name", &["DB_NAME"]);
pub(super) const USER: Key = Key::new("database.user", &["DB_USER"]);
pub(super) const SSL: Key = Key::new("database.sslmode", &["DB_SSLMODE"]);

const ALL: [&Key; 5] = [&HOST, &PORT, &NAME, &USER, &SSL];

/// Whether somebody gave an address in parts, and none as a whole.
pub(super) fn are_meant(layers: &Layers, whole: &Key) -> bool {
    let given = |key: &Key| layers.get(key).is_some_and(|entry| entry.origin != Origin::Default);
    !given(whole) && ALL.into_iter().any(given)
}

/// A warning where parts are set beside a whole address, which counts alone.
pub(super) fn unused(layers: &Layers, whole: &Key) -> Option<String> {
    let whole = layers.get(whole).filter(|entry| entry.origin != Origin::Default)?;
    let part = ALL.into_iter().find_map(|key| layers.get(key))?;
    Some(format!("{} is set, but {} counts alone; leave one of them out", part.written, whole.written))
}

/// The address they make.
pub(super) fn read(r: &mut Reader) -> Option<PostgresUrl> {
    let host = r.may(&HOST, host_of);
    let port = r.may(&PORT, whole(1..=65_535_u16));
    let (name, user) = (
        named(r, &NAME, "name the database, or set DATABASE_URL as a whole"),
        named(r, &USER, "name the user to log in as, or set DATABASE_URL as a whole"),
    );
    let asked = r.may(&SSL, mode);
    let host = host?.unwrap_or_else(|| PostgresHost::Tcp("localhost".to_owned()));
    let ssl = ssl_mode(asked?, &host).map_err(|bad| r.refuse(r.written(&SSL), bad)).ok();
    Some(PostgresUrl { port: port?.unwrap_or(USUAL_PORT), database: name?, user: user?, ssl: ssl?, password: None, ca_file: None, host })
}

fn named(r: &mut Reader, key: &Key, remedy: &str) -> Option<String> {
    let given = r.may(key, |text| Ok(text.to_owned()))?;
    if given.is_none() {
        r.refuse(r.name_of(key), Bad::new("is not set, though other parts of a database address are", remedy));
    }
    given
}
