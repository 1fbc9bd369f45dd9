use super::*;

const NOW: u64 = 80_000;
const SESSION: &[u8] = b"what is remembered of a session";

fn secret() -> TicketSecret {
    TicketSecret::random_at(NOW).unwrap()
}

fn copy(secret: &TicketSecret) -> TicketSecret {
    TicketSecret::from_octets(secret.to_octets())
}

fn is_open(tickets: &Tickets, now: u64, ticket: &[u8]) -> bool {
    tickets.decrypt_at(now, ticket).is_some_and(|session| session == SESSION)
}

#[test]
fn what_was_encrypted_is_decrypted() {
    let tickets = Tickets::new(secret());
    for session in [SESSION, b"", &[7; 20_000]] {
        let ticket = tickets.encrypt_at(NOW, session).unwrap();
        assert_eq!(ticket.len(), 8 + 12 + session.len() + 16);
        assert_eq!(tickets.decrypt_at(NOW, &ticket).unwrap(), session);
    }
}

#[test]
fn the_clock_of_the_system_is_one_of_ours() {
    let tickets = Tickets::new(TicketSecret::random().unwrap());
    let ticket = tickets.encrypt(SESSION).unwrap();
    assert_eq!(tickets.decrypt(&ticket).unwrap(), SESSION);
    assert!(tickets.enabled());
    assert_eq!(tickets.lifetime(), 12 * 3_600);
}

#[test]
fn two_tickets_have_nothing_in_common_but_the_epoch() {
    let tickets = Tickets::new(secret());
    let [one, other] = [(); 2].map(|()| tickets.encrypt_at(NOW, SESSION).unwrap());
    assert_eq!(one[..8], NOW.to_be_bytes());
    assert_eq!(other[..8], one[..8]);
    assert_ne!(other[8..20], one[8..20]);
    assert_ne!(other[20..], one[20..]);
    assert!(!one.windows(8).any(|part| SESSION.windows(8).any(|said| said == part)));
}

#[test]
fn a_forged_ticket_is_refused() {
    let tickets = Tickets::new(secret());
    let ticket = tickets.encrypt_at(NOW, SESSION).unwrap();
    for index in 0..ticket.len() {
        for bit in 0..8 {
            let mut forged = ticket.clone();
            forged[index] ^= 1 << bit;
            assert_eq!(tickets.decrypt_at(NOW, &forged), None, "octet {index}, bit {bit}");
        }
        assert_eq!(tickets.decrypt_at(NOW, &ticket[..index]), None, "the first {index} octets");
    }
    assert_eq!(tickets.decrypt_at(NOW, &[&ticket[..], &[0]].concat()), None);
}

/// Each of its epochs has a key of its own: the number in front does not choose at will.
#[test]
fn a_ticket_with_another_epoch_is_refused() {
    let tickets = Tickets::new(secret());
    let mut ticket = tickets.encrypt_at(NOW, SESSION).unwrap();
    for epoch in [0, NOW - 2, NOW - 1, NOW + 1, u64::MAX] {
        ticket[..8].copy_from_slice(&epoch.to_be_bytes());
        assert_eq!(tickets.decrypt_at(NOW, &ticket), None, "{epoch}");
    }
}

#[test]
fn a_ticket_is_taken_until_the_end_of_the_next_epoch() {
    let tickets = Tickets::new(secret());
    let ticket = tickets.encrypt_at(NOW, SESSION).unwrap();
    assert!(is_open(&tickets, NOW, &ticket));
    assert!(is_open(&tickets, NOW + 1, &ticket));
    assert!(!is_open(&tickets, NOW + 2, &ticket));
    // It was forgotten, not only refused.
    assert!(!is_open(&tickets, NOW, &ticket));
}

#[test]
fn those_with_one_secret_understand_each_other() {
    let secret = secret();
    let [one, other] = [(); 2].map(|()| Tickets::new(copy(&secret)));
    for now in [NOW, NOW + 1, NOW + 2, NOW + 7] {
        assert!(is_open(&other, now, &one.encrypt_at(now, SESSION).unwrap()), "{now}");
        assert!(is_open(&one, now + 1, &other.encrypt_at(now, SESSION).unwrap()), "{now}");
    }
    let stranger = Tickets::new(self::secret());
    assert!(!is_open(&stranger, NOW, &one.encrypt_at(NOW, SESSION).unwrap()));
}

/// As a worker that takes the place of another, in a later epoch.
#[test]
fn who_comes_later_opens_what_the_others_open() {
    let mut secret = secret();
    let old = Tickets::new(copy(&secret));
    let before = old.encrypt_at(NOW + 4, SESSION).unwrap();
    secret.advance_to(NOW + 5);
    let new = Tickets::new(copy(&secret));
    assert!(is_open(&new, NOW + 5, &before));
    assert!(is_open(&old, NOW + 5, &new.encrypt_at(NOW + 5, SESSION).unwrap()));
    assert!(is_open(&new, NOW + 5, &old.encrypt_at(NOW + 5, SESSION).unwrap()));
}

#[test]
fn one_step_or_many_lead_to_the_same_secret() {
    let start = secret();
    let mut at_once = copy(&start);
    at_once.advance_to(NOW + 9);
    let mut step_by_step = copy(&start);
    for now in NOW..=NOW + 9 {
        step_by_step.advance_to(now);
    }
    assert_eq!(at_once.to_octets(), step_by_step.to_octets());
    assert_ne!(at_once.to_octets()[8..], start.to_octets()[8..]);
}

#[test]
fn a_clock_that_jumps_ahead_takes_no_time_and_parts_nobody() {
    let secret = secret();
    for now in [NOW + STEPS_MAX, NOW + STEPS_MAX + 1, u64::MAX - 1, u64::MAX] {
        let [one, other] = [(); 2].map(|()| Tickets::new(copy(&secret)));
        let before = one.encrypt_at(NOW, SESSION).unwrap();
        let ticket = one.encrypt_at(now, SESSION).unwrap();
        assert!(is_open(&one, now, &ticket), "{now}");
        assert!(is_open(&other, now, &ticket), "{now}");
        assert!(!is_open(&one, now, &before), "{now}");
        let mut ahead = copy(&secret);
        ahead.advance_to(now);
        assert_ne!(ahead.octets, secret.octets, "{now}");
    }
}

#[test]
fn a_clock_that_goes_back_changes_nothing() {
    let tickets = Tickets::new(secret());
    let before = tickets.encrypt_at(NOW + 3, SESSION).unwrap();
    for now in [NOW + 2, NOW, 1, 0] {
        let ticket = tickets.encrypt_at(now, SESSION).unwrap();
        assert_eq!(ticket[..8], (NOW + 3).to_be_bytes());
        assert!(is_open(&tickets, now, &ticket), "{now}");
        assert!(is_open(&tickets, now, &before), "{now}");
    }
    let mut secret = secret();
    let octets = secret.to_octets();
    secret.advance_to(0);
    assert_eq!(secret.to_octets(), octets);
}

#[test]
fn any_forty_octets_are_a_secret() {
    for octet in [0, 1, 0x80, 0xff] {
        let octets = [octet; TicketSecret::OCTETS];
        assert_eq!(TicketSecret::from_octets(octets).to_octets(), octets);
        for now in [0, NOW, u64::MAX] {
            let tickets = Tickets::new(TicketSecret::from_octets(octets));
            assert!(is_open(&tickets, now, &tickets.encrypt_at(now, SESSION).unwrap()));
        }
    }
}

#[test]
fn it_is_not_shown() {
    let secret = TicketSecret::from_octets([0xab; TicketSecret::OCTETS]);
    assert_eq!(
        format!("{:?}", TicketSecret { epoch: 7, ..secret }),
        "TicketSecret { epoch: 7, .. }"
    );
    let shown = format!("{:?}", Tickets::new(TicketSecret::from_octets([0xab; 40])));
    assert!(!shown.contains("171, 171") && !shown.contains("abab"), "{shown}");
}
