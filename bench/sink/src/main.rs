//! `sink --listen ADDRESS`: answers every POST with 204 and counts them; those to `/hang` it takes and never answers. `GET /count` tells how
//! many of the others there were. For loopback benchmarks only.

use std::{cell::Cell, rc::Rc};

use memchr::memmem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let address = match (arguments.next().as_deref(), arguments.next()) {
        (Some("--listen"), Some(address)) => address,
        _ => panic!("sink --listen ADDRESS"),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    tokio::task::LocalSet::new().block_on(&runtime, async move {
        let listener = TcpListener::bind(&address).await.expect("the address is free");
        let count = Rc::new(Cell::new(0_u64));
        loop {
            if let Ok((stream, _)) = listener.accept().await {
                tokio::task::spawn_local(serve(stream, Rc::clone(&count)));
            }
        }
    });
}

/// Serves a connection until its other end has had enough of it.
async fn serve(mut stream: TcpStream, count: Rc<Cell<u64>>) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let mut buffer = Vec::with_capacity(8 << 10);
    loop {
        let head = loop {
            if let Some(at) = memmem::find(&buffer, b"\r\n\r\n") {
                break at + 4;
            }
            if !matches!(stream.read_buf(&mut buffer).await, Ok(n) if n > 0) {
                return;
            }
        };
        let length = length(&buffer[..head]);
        while buffer.len() < head + length {
            if !matches!(stream.read_buf(&mut buffer).await, Ok(n) if n > 0) {
                return;
            }
        }
        if buffer.starts_with(b"POST /hang") {
            std::future::pending::<()>().await;
        }
        let answer = if buffer.starts_with(b"GET /count") {
            let count = count.get().to_string();
            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{count}", count.len())
        } else {
            count.set(count.get() + 1);
            "HTTP/1.1 204 No Content\r\n\r\n".to_owned()
        };
        buffer.drain(..head + length);
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The length of the body.
fn length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0)
}
