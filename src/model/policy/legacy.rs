//! The accounts that stood for CloudTrail in bucket policies before it had a service principal.

/// Whether an account is one of them.
pub(super) fn is_legacy(account: &str) -> bool {
    LEGACY.contains(&account)
}

/// The accounts from which CloudTrail delivered before it had a service principal, as AWS published them by Region.
const LEGACY: [&str; 31] = [
    "525921808201",
    "119688915426",
    "216624486486",
    "492519147666",
    "765225791966",
    "977081816279",
    "582488909970",
    "903692715234",
    "284668455005",
    "069019280451",
    "187074758985",
    "819402241893",
    "193415116832",
    "681348832753",
    "035351147821",
    "453052556044",
    "829690693026",
    "669305197877",
    "757211635381",
    "859597730677",
    "282025262664",
    "262312530599",
    "683224464357",
    "585772288577",
    "034638983726",
    "814480443879",
    "086441151436",
    "475085895292",
    "608710470296",
    "388731089494",
    "113285607260",
];
