//! What no server at hand can be made to say.

use super::*;
use crate::store::postgres::{Host, TlsMode};

fn target() -> Target {
    Target {
        host: Host::Tcp("db".into()),
        port: 5432,
        user: "jebi".into(),
        password: None,
        database: "mail".into(),
        tls: TlsMode::Full,
        ca_file: None,
    }
}

fn good() -> Facts {
    Facts {
        version_no: 140_000,
        version: "14.0".into(),
        fsync: true,
        full_page_writes: true,
        autovacuum: true,
        in_recovery: false,
        read_only: false,
        encoding: "UTF8".into(),
        database_oid: 5,
        role: "jebi".into(),
        schema: Some("public".into()),
        may_use: true,
        may_create: true,
    }
}

fn refused(facts: &Facts, rights: Rights) -> String {
    judge(facts, &target(), rights).expect_err("a refusal").to_string()
}

#[test]
fn the_oldest_version_is_14() {
    assert_eq!(judge(&good(), &target(), Rights::Migrate), Ok("public".into()));
    assert_eq!(
        refused(&Facts { version_no: 139_999, version: "13.22".into(), ..good() }, Rights::Migrate),
        "PostgreSQL: the server at db:5432 is PostgreSQL 13.22, which is older than what Jebi's tables and statements are written for; upgrade \
         it to PostgreSQL 14 or newer"
    );
}

#[test]
fn who_may_not_make_tables_is_told_what_to_run() {
    let facts = Facts { may_create: false, ..good() };
    assert_eq!(judge(&facts, &target(), Rights::Tables(&["message"])), Ok("public".into()), "nothing is made by this start");
    assert_eq!(
        refused(&facts, Rights::Migrate),
        "PostgreSQL: user jebi may not make or use tables in the schema public; run in the database mail, as its owner: GRANT USAGE, CREATE \
         ON SCHEMA \"public\" TO \"jebi\""
    );
    assert!(refused(&Facts { may_use: false, ..good() }, Rights::Tables(&[])).contains("GRANT USAGE ON SCHEMA"));
    assert!(refused(&Facts { schema: None, ..good() }, Rights::Migrate).contains("CREATE SCHEMA AUTHORIZATION \"jebi\""));
}

#[test]
fn dangers_are_told_and_stop_nothing() {
    assert!(danger::of(true, true).is_empty());
    let facts = Facts { full_page_writes: false, autovacuum: false, ..good() };
    assert!(judge(&facts, &target(), Rights::Migrate).is_ok());
    let told = danger::of(facts.full_page_writes, facts.autovacuum);
    assert!(told[0].contains("full_page_writes") && told[1].contains("autovacuum"), "{told:?}");
}
