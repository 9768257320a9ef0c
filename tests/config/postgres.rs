//! `DATABASE_URL=postgres://…`: what its parts mean, and that its password shows nowhere.

use std::{fs, path::PathBuf, time::Duration};

use jebi::config::{Config, DatabaseUrl, Loaded, Pooler, Postgres, PostgresHost, PostgresUrl, Secret, Sources, SslMode};

use super::env;
use crate::support::test_ca::TestCa;

fn load(names: &[(&str, &str)]) -> Result<Loaded, String> {
    Config::load(&Sources { env: env(names), ..Sources::default() }).map_err(|e| e.to_string())
}

fn postgres(names: &[(&str, &str)]) -> Postgres {
    let loaded = load(names).unwrap_or_else(|e| panic!("{names:?}: {e}"));
    let DatabaseUrl::Postgres(postgres) = loaded.config.database.url else { panic!("{names:?} is not PostgreSQL") };
    *postgres
}

fn url(text: &str) -> PostgresUrl {
    postgres(&[("DATABASE_URL", text)]).url
}

fn tcp(host: &str, port: u16, ssl: SslMode) -> PostgresUrl {
    let (user, database) = ("jebi".to_owned(), "jebi".to_owned());
    PostgresUrl { host: PostgresHost::Tcp(host.into()), port, user, password: None, database, ssl, ca_file: None }
}

#[test]
fn the_forms_of_libpq_are_understood() {
    for (text, meant) in [
        ("postgres://jebi@db.example.com/jebi", tcp("db.example.com", 5432, SslMode::VerifyFull)),
        ("postgresql://jebi@db:6432/jebi?sslmode=require", tcp("db", 6432, SslMode::Require)),
        ("POSTGRES://jebi@10.0.0.5:/jebi?sslmode=disable", tcp("10.0.0.5", 5432, SslMode::Disable)),
        ("postgres://jebi@db/jebi?sslmode=verify-ca&sslrootcert=system", tcp("db", 5432, SslMode::VerifyCa)),
        ("postgres://jebi@[2001:db8::5]:6432/jebi", tcp("2001:db8::5", 6432, SslMode::VerifyFull)),
        ("postgres:///jebi?host=db&port=6432&user=jebi", tcp("db", 6432, SslMode::VerifyFull)),
        ("postgres://%6aebi@db/j%65bi", tcp("db", 5432, SslMode::VerifyFull)),
        ("postgres://jebi:@db/jebi", tcp("db", 5432, SslMode::VerifyFull)),
    ] {
        assert_eq!(url(text), meant, "{text}");
    }
    let korean = url("postgres://%ED%99%8D%EA%B8%B8%EB%8F%99:p%40ss%2Fw%3Ard%25@db/%EC%9A%B0%ED%8E%B8");
    assert_eq!((korean.user.as_str(), korean.database.as_str()), ("홍길동", "우편"));
    assert_eq!(korean.password.as_ref().map(Secret::reveal), Some("p@ss/w:rd%"));
}

#[test]
fn tls_is_checked_wherever_bytes_leave_the_machine() {
    for here in ["localhost", "LocalHost", "127.0.0.1", "127.8.8.8", "[::1]", "[::ffff:127.0.0.1]"] {
        assert_eq!(url(&format!("postgres://jebi@{here}/jebi")).ssl, SslMode::Disable, "{here}");
    }
    for there in ["localhost.example.com", "10.0.0.1", "db", "[::2]"] {
        assert_eq!(url(&format!("postgres://jebi@{there}/jebi")).ssl, SslMode::VerifyFull, "{there}");
    }
    assert_eq!(url("postgres://jebi@localhost/jebi?sslmode=verify-full").ssl, SslMode::VerifyFull);
}

#[test]
fn a_unix_socket_is_named_by_its_folder() {
    let folder = PostgresHost::Unix(PathBuf::from("/var/run/postgresql"));
    for text in ["postgres://jebi@/jebi?host=/var/run/postgresql", "postgres://jebi@%2Fvar%2Frun%2Fpostgresql/jebi"] {
        let PostgresUrl { host, port, ssl, .. } = url(text);
        assert_eq!((host, port, ssl), (folder.clone(), 5432, SslMode::Disable), "{text}");
    }
}

/// S0-17: the names Django and its like use, where no address is given as a whole.
#[test]
fn an_address_in_parts_counts_where_none_is_given_as_a_whole() {
    let parts = [("DB_HOST", "db.example.com"), ("DB_NAME", "mail"), ("DB_USER", "jebi"), ("DB_PASSWORD", "a@b"), ("DB_PORT", "6432")];
    let PostgresUrl { host, port, user, password, database, ssl, .. } = postgres(&parts).url;
    assert_eq!((host, port), (PostgresHost::Tcp("db.example.com".into()), 6432));
    assert_eq!((user.as_str(), database.as_str(), ssl), ("jebi", "mail", SslMode::VerifyFull));
    assert_eq!(password.as_ref().map(Secret::reveal), Some("a@b"));
    let here = postgres(&[("DB_NAME", "mail"), ("DB_USER", "jebi")]).url;
    assert_eq!((here.host, here.port, here.ssl), (PostgresHost::Tcp("localhost".into()), 5432, SslMode::Disable));

    let both = load(&[("DATABASE_URL", "postgres://lee@db/other"), ("DB_NAME", "mail")]).expect("a good configuration");
    let DatabaseUrl::Postgres(set) = both.config.database.url else { panic!("PostgreSQL") };
    assert_eq!(set.url.database, "other");
    assert!(both.warnings.iter().any(|w| w.contains("DB_NAME") && w.contains("DATABASE_URL")), "{:?}", both.warnings);
}

#[test]
fn the_keys_beside_the_address() {
    let usual = postgres(&[("DATABASE_URL", "postgres://jebi@db/jebi")]);
    assert_eq!((usual.direct, usual.pooler, usual.pool_size), (None, Pooler::None, 4));
    let times = (usual.statement_timeout, usual.connect_timeout, usual.start_wait);
    assert_eq!(times, (Duration::from_secs(30), Duration::from_secs(10), Duration::from_secs(60)));

    let loaded = load(&[
        ("DATABASE_URL", "postgres://jebi@pooler:6432/jebi"),
        ("DATABASE_DIRECT_URL", "postgres://listener@db/jebi"),
        ("DATABASE_POOLER", "Transaction"),
        ("DATABASE_PASSWORD", "hunter2"),
        ("AUTO_MIGRATE", "false"),
        ("JEBI_DATA_DIR", "/var/lib/jebi"),
    ]);
    let database = loaded.expect("a good configuration").config.database;
    assert_eq!((database.auto_migrate, database.data_dir), (false, PathBuf::from("/var/lib/jebi")));
    let DatabaseUrl::Postgres(set) = database.url else { panic!("PostgreSQL") };
    let direct = set.direct.expect("a direct address");
    assert_eq!((set.pooler, direct.user.as_str()), (Pooler::Transaction, "listener"));
    for url in [&set.url, &direct] {
        assert_eq!(url.password.as_ref().map(Secret::reveal), Some("hunter2"));
    }
}

#[test]
fn the_password_comes_from_a_file_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("password");
    fs::write(&path, "hunter2\n").expect("written");
    let set = postgres(&[("DATABASE_URL", "postgres://jebi@db/jebi"), ("DATABASE_PASSWORD_FILE", path.to_str().expect("text"))]);
    assert_eq!(set.url.password.as_ref().map(Secret::reveal), Some("hunter2"));
}

#[test]
fn authorities_are_named_once_and_only_where_they_are_asked() {
    let ca = TestCa::new();
    let file = ca.bundle();
    let path = file.to_str().expect("text");
    let named = |url: &str, key: &str| load(&[("DATABASE_URL", url), ("DATABASE_CA_FILE", key)]);
    for (url, key) in [("postgres://jebi@db/jebi", path), (&*format!("postgres://jebi@db/jebi?sslrootcert={path}"), "")] {
        let DatabaseUrl::Postgres(set) = named(url, key).expect("a good configuration").config.database.url else { panic!("{url}") };
        assert_eq!(set.url.ca_file.as_ref(), Some(&file));
    }
    let twice = named(&format!("postgres://jebi@db/jebi?sslrootcert={path}"), path).expect_err("both");
    assert_eq!(twice, "DATABASE_URL: holds sslrootcert, and DATABASE_CA_FILE names a file too; keep one of them");
    let unasked = named(&format!("postgres://jebi@db/jebi?sslmode=require&sslrootcert={path}"), "").expect_err("nobody asks them");
    assert_eq!(
        unasked,
        "DATABASE_URL: names authorities in sslrootcert, but nobody asks them with sslmode=require; write sslmode=verify-full, or leave \
         sslrootcert out"
    );
}

#[test]
fn the_password_is_shown_nowhere() {
    let names = [("DATABASE_URL", "postgres://jebi:hunter2@db/jebi"), ("DATABASE_DIRECT_URL", "postgres://jebi:hunter2@direct:5433/jebi")];
    let loaded = load(&names).expect("a good configuration");
    let shown = loaded.config.redacted();
    assert!(!format!("{loaded:?}{shown}").contains("hunter2"), "{loaded:?}{shown}");
    assert!(shown.contains("database.url = postgres://jebi:[hidden]@db:5432/jebi?sslmode=verify-full (env DATABASE_URL)"), "{shown}");
    assert!(shown.contains("database.direct_url = postgres://jebi:[hidden]@direct:5433/jebi?sslmode=verify-full"), "{shown}");
    for (url, why) in [
        ("postgres://jebi:hunter2/hunter2@db/jebi", "a slash"),
        ("postgres://jebi:hunter2?hunter2@db/jebi", "a question mark"),
        ("postgres://jebi:hunter2#hunter2@db/jebi", "a hash"),
        ("postgres://jebi:hunter2%zz@db/jebi", "a percent sign"),
        ("postgres://db:hunter2/jebi", "no user"),
        ("postgres://jebi@db/jebi?hunter2", "an option"),
        ("postgres://jebi@db/jebi?sslmode=hunter2", "a mode"),
        ("mysql://jebi:hunter2@db/jebi", "another engine"),
    ] {
        let told = load(&[("DATABASE_URL", url)]).expect_err(why);
        assert!(!told.contains("hunter2"), "{why}: {told}");
    }
}

#[test]
fn a_data_folder_sqlite_does_not_use_is_warned_of() {
    let loaded = load(&[("JEBI_DATA_DIR", "/var/lib/jebi")]).expect("a good configuration");
    assert_eq!(loaded.config.database.data_dir, PathBuf::from("data"));
    assert_eq!(
        loaded.warnings,
        [
            "JEBI_DATA_DIR is set, but only PostgreSQL uses it: SQLite keeps everything beside data/jebi.db; move that with DATABASE_URL, or \
          leave it out"
        ]
    );
}
