//! Accounts as keyed hashes.
//!
//! In: a platform's account name. Out: [`AccountHash`].
//! Rule: without the key, nobody can tell which account a hash stands for, nor try names out.

use std::hash::Hasher;

use siphasher::sip::SipHasher24;

use crate::post::AccountHash;

/// The secret key of the account hashes. Its Debug shows no key.
#[derive(Clone)]
pub struct AccountKey {
    key: [u8; 16],
}

impl AccountKey {
    /// A key of 128 secret bits.
    pub fn new(key: [u8; 16]) -> Self {
        Self { key }
    }

    /// Which key this is, for batches and state: safe to show, it is a hash under the key itself.
    pub fn id(&self) -> u32 {
        let AccountHash(hash) = self.hash("", "kentongan account key id");
        u32::try_from(hash >> 32).unwrap_or(u32::MAX)
    }

    /// The hash of `account` on `platform`.
    pub fn hash(&self, platform: &str, account: &str) -> AccountHash {
        let mut hasher = SipHasher24::new_with_key(&self.key);
        hasher.write(platform.as_bytes());
        hasher.write_u8(0);
        hasher.write(account.as_bytes());
        AccountHash(hasher.finish())
    }
}

impl std::fmt::Debug for AccountKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AccountKey(***)")
    }
}
