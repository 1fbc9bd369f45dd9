//! A server whose clients rest does nothing.

use std::time::Duration;

use crate::support::{Client, Process, everywhere};

/// Wakes a hundred threads a second would need: once a second each looks around.
const TICKS_MAX: u64 = 10;

#[test]
fn it_spends_no_time() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let count = if setup.is_single() { 1 } else { 50 };
        let mut clients: Vec<_> = (0..count).map(|_| target.connect()).collect();
        for client in &mut clients {
            client.get("/later");
        }
        // One that has said it will say no more, one in the middle of things, one slow reader.
        let mut others = Vec::new();
        if !setup.is_single() {
            let mut half_closed = target.connect();
            half_closed.request("GET", "/later/20000").finish_sending();
            let mut half_said = target.connect();
            half_said.send("GET / HTTP/1.1\r\n");
            let mut unread = Client::connect_narrow(target.address());
            unread.request("GET", "/endless");
            let mut unheard = target.connect();
            unheard
                .send("POST /unread/20000 HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n");
            unheard.send_until_blocked(&[b'x'; 65_536], 64 << 20);
            others.extend([half_closed, half_said, unread, unheard]);
        }
        clients[0].pause(Duration::from_millis(100));
        let before = target.sum(Process::cpu_ticks);
        clients[0].pause(Duration::from_secs(2));
        let spent = target.sum(Process::cpu_ticks) - before;
        assert!(spent <= TICKS_MAX, "{spent} hundredths of a second spent in two seconds");
    });
}
