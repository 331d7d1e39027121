//! Functions over IP address blocks.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::arguments::{Call, Done, Stop, fits_items, wrong};
use crate::model::arn::Text;
use crate::sources::value::ValKind;

/// An address block; the bits of an IPv4 address are the lowest 32.
#[derive(Clone, Copy)]
struct Block {
    start: u128,
    /// Bits of the network.
    prefix: u32,
    /// Bits of an address: 32 or 128.
    bits: u32,
}

fn v4(address: &str) -> Option<u32> {
    let mut octets = [0; 4];
    let mut given = address.split('.');
    for octet in &mut octets {
        // Zeros in front do not make a number octal.
        *octet = given.next().filter(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))?.parse::<u8>().ok()?;
    }
    given.next().is_none().then(|| u32::from_be_bytes(octets))
}

impl Block {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        if prefix.is_empty() || !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (start, bits) = match v4(address) {
            Some(address) => (u128::from(address), 32),
            None => (u128::from(address.parse::<Ipv6Addr>().ok()?), 128),
        };
        let prefix = prefix.parse::<u32>().ok().filter(|prefix| *prefix <= bits)?;
        let host = bits - prefix;
        let start = if host == 128 { 0 } else { start >> host << host };
        Some(Self { start, prefix, bits })
    }

    fn host_bits(self) -> u32 {
        self.bits - self.prefix
    }

    fn address(self, address: u128) -> String {
        match u32::try_from(address) {
            Ok(address) if self.bits == 32 => Ipv4Addr::from(address).to_string(),
            _ => Ipv6Addr::from(address).to_string(),
        }
    }

    /// The block with `more` bits in its prefix that has this number.
    fn subnet(self, more: u32, number: u128) -> Option<Self> {
        let prefix = self.prefix.checked_add(more).filter(|prefix| *prefix <= self.bits)?;
        if more < 128 && number >> more != 0 {
            return None;
        }
        let host = self.bits - prefix;
        let offset = if host == 128 { 0 } else { number << host };
        Some(Self { start: self.start | offset, prefix, ..self })
    }
}

impl std::fmt::Display for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address(self.start), self.prefix)
    }
}

fn block(call: &Call<'_>) -> Result<Block, Stop> {
    let text = call.literal(0)?;
    Block::parse(&text).map_or_else(|| wrong(format!("'{text}' is not an address block")), Ok)
}

fn text(text: &str) -> Done {
    Ok(ValKind::Text(Text::from(text)))
}

pub(super) fn cidrhost(call: &Call<'_>) -> Done {
    let (block, number) = (block(call)?, call.integer(1)?);
    let size = if block.host_bits() >= 64 { None } else { Some(1_u128 << block.host_bits()) };
    let distance = u128::from(number.unsigned_abs());
    let fits = match size {
        None => true,
        Some(size) => {
            if number < 0 {
                distance <= size
            } else {
                distance < size
            }
        }
    };
    if !fits {
        return wrong(format!("the block '{block}' has no host {number}"));
    }
    let host = match (number < 0, block.host_bits()) {
        (false, _) => distance,
        (true, 128) => 0_u128.wrapping_sub(distance),
        (true, bits) => (1_u128 << bits) - distance,
    };
    text(&block.address(block.start | host))
}

pub(super) fn cidrnetmask(call: &Call<'_>) -> Done {
    let block = block(call)?;
    if block.bits != 32 {
        return wrong("'cidrnetmask' takes an IPv4 block");
    }
    let mask = u32::MAX.checked_shl(block.host_bits()).unwrap_or(0);
    text(&Ipv4Addr::from(mask).to_string())
}

pub(super) fn cidrsubnet(call: &Call<'_>) -> Done {
    let (block, more, number) = (block(call)?, call.integer(1)?, call.integer(2)?);
    let subnet = match (u32::try_from(more), u128::try_from(number)) {
        (Ok(more), Ok(number)) => block.subnet(more, number),
        _ => None,
    };
    match subnet {
        Some(subnet) => text(&subnet.to_string()),
        None => wrong(format!("the block '{block}' has no subnet {number} with {more} more bits")),
    }
}

pub(super) fn cidrsubnets(call: &Call<'_>) -> Done {
    let block = block(call)?;
    fits_items(Some(call.args.len()))?;
    let end = if block.host_bits() == 128 { None } else { block.start.checked_add(1 << block.host_bits()) };
    let mut next = Some(block.start);
    let mut subnets = Vec::new();
    for i in 1..call.args.len() {
        let more = call.integer(i)?;
        let full = || wrong(format!("the block '{block}' has no room for its subnet {i}"));
        let prefix = match u32::try_from(more) {
            Ok(more @ 1..) => block.prefix.checked_add(more).filter(|prefix| *prefix <= block.bits),
            _ => None,
        };
        let (Some(prefix), Some(from)) = (prefix, next) else { return full() };
        let size = 1_u128 << (block.bits - prefix).min(127);
        // Subnets begin at a multiple of their size.
        let Some(start) = from.checked_add(size - 1).map(|at| at / size * size) else { return full() };
        next = start.checked_add(size);
        if end.is_some_and(|end| start >= end || next.is_none_or(|next| next > end)) {
            return full();
        }
        subnets.push(call.text_item(&Block { start, prefix, ..block }.to_string()));
    }
    Ok(ValKind::List(subnets))
}
