//! A joint copy all the way: from a scripted SMTP server through the dispatcher into the store and back. Who was taken or refused is
//! done with; only who is open is tried again (contract 2).

use std::{sync::Arc, time::Duration};

use jebi::{
    provider::smtp::{SmtpConfig, SmtpProvider, Timeouts, Tls},
    service::dispatch::{Fence, Settings, files::FileCache},
    worker::{
        account::Current,
        dispatch::{DispatchDeps, Dispatcher},
        watch::Watch,
    },
};
use jebi_domain::{delivery::State, fake::SeededRandom, id::MessageId, port::Clock, port::store::DeliveryView};
use tokio::task::LocalSet;

use super::support::{Fixture, PROVIDER, address, joint};
use crate::support::smtp_stub::{Act, At, SmtpStub};

/// A dispatcher that sends the fixture's mail to the stub.
async fn dispatcher(f: &Fixture, stub: &SmtpStub, fence: &Arc<Fence>) -> Dispatcher {
    let config = SmtpConfig {
        name: PROVIDER.to_owned(),
        host: "127.0.0.1".to_owned(),
        port: stub.port,
        tls: Tls::None,
        login: None,
        ca_bundle: None,
        hello: None,
        dkim: None,
        max_mails: 100,
        max_age: Duration::from_secs(300),
        max_recipients: 100,
        max_size: None,
        max_connections: 4,
        login_help: None,
        timeouts: Timeouts::default(),
    };
    let provider = SmtpProvider::start(config, Arc::new(f.clock.clone())).expect("a valid configuration");
    fence.begin(f.incarnation);
    let deps = DispatchDeps {
        links: Arc::default(),
        store: f.store.clone(),
        files: Arc::new(FileCache::new(f.store.clone())),
        provider: Current::new(Arc::new(provider)),
        clock: Arc::new(f.clock.clone()),
        random: Arc::new(SeededRandom::new(7)),
        settings: Settings { sender_threads: 1, ..Settings::default() },
        fence: Arc::clone(fence),
        watch: Watch::new(Arc::clone(fence)),
        runtime: tokio::runtime::Handle::current(),
        observer: None,
    };
    let mut made = Dispatcher::new(deps).await.expect("the store answers");
    tokio::task::spawn_local(made.sender(0).run());
    made.run_without_threads().await.expect("the store answers");
    made.dispatch().account_answered(None, f.clock.boot());
    made
}

/// Lets time pass until the recipients are so.
async fn until(f: &Fixture, fence: &Fence, id: MessageId, states: [State; 3]) -> DeliveryView {
    for _ in 0..30_000 {
        let view = f.view(id, 0).await;
        if view.recipients.iter().map(|r| r.state).eq(states) {
            return view;
        }
        f.clock.advance(Duration::from_millis(5));
        fence.renew(f.clock.boot());
        tokio::task::yield_now().await;
    }
    panic!("not {states:?}: {:?}", f.view(id, 0).await);
}

conform! {
    async fn of_three_recipients_only_who_is_open_is_tried_again(f) {
        LocalSet::new().run_until(async {
            let (stub, fence) = (SmtpStub::start().await, Arc::new(Fence::default()));
            fence.renew(f.clock.boot());
            stub.on(At::Rcpt, [Act::Say("250 2.1.5 Ok"), Act::Say("550 5.1.1 no such user"), Act::Say("451 4.3.0 try again later")]);
            let id = f.post_one(joint("t", 3)).await;
            let dispatcher = dispatcher(f, &stub, &fence).await;

            let view = until(f, &fence, id, [State::Sent, State::Failed, State::Waiting]).await;
            assert_eq!((view.attempts, view.state), (1, State::Failed));
            let taken = |s: &crate::support::smtp_stub::Seen| s.mails.iter().map(|m| m.to.clone()).collect::<Vec<_>>();
            assert_eq!(stub.look(taken), [[address(0)]]);

            // The answer to the second attempt is lost: nobody knows, and it is resent once, to the same one alone.
            stub.on(At::Body, [Act::Close]);
            let view = until(f, &fence, id, [State::Sent, State::Failed, State::Sent]).await;
            assert!(view.maybe_twice);
            assert_eq!(view.attempts, 3);
            assert_eq!(stub.look(taken), [[address(0)], [address(2)], [address(2)]]);
            assert_eq!(stub.look(|s| s.count("RCPT")), 5);
            dispatcher.kill();
        })
        .await;
    }
}
