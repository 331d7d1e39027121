//! The table of the functions that are evaluated.

use super::Gives::{Other, Text};
use super::{Function, arn, collections, convert, encode, format, hashes, json, maps, network, number, patterns, sets};
use super::{strings, time, trim, yaml};

/// As many arguments as one likes.
const MANY: usize = usize::MAX;

macro_rules! functions {
    ($($name:literal $least:literal $most:tt $gives:ident $run:path;)*) => {
        /// The functions, sorted by name.
        pub(super) const TABLE: &[Function] =
            &[$(Function { name: $name, takes: $least..=$most, gives: $gives, run: $run }),*];

        /// The names of the functions that are evaluated, sorted.
        pub const NAMES: &[&str] = &[$($name),*];
    };
}

functions! {
    "abs" 1 1 Other number::abs;
    "alltrue" 1 1 Other collections::alltrue;
    "anytrue" 1 1 Other collections::anytrue;
    "base64decode" 1 1 Text encode::base64decode;
    "base64encode" 1 1 Text encode::base64encode;
    "base64sha256" 1 1 Text hashes::base64sha256;
    "base64sha512" 1 1 Text hashes::base64sha512;
    "basename" 1 1 Text strings::basename;
    "ceil" 1 1 Other number::ceil;
    "chomp" 1 1 Text trim::chomp;
    "chunklist" 2 2 Other collections::chunklist;
    "cidrhost" 2 2 Text network::cidrhost;
    "cidrnetmask" 1 1 Text network::cidrnetmask;
    "cidrsubnet" 3 3 Text network::cidrsubnet;
    "cidrsubnets" 1 MANY Other network::cidrsubnets;
    "coalesce" 1 MANY Other collections::coalesce;
    "coalescelist" 1 MANY Other collections::coalescelist;
    "compact" 1 1 Other collections::compact;
    "concat" 1 MANY Other collections::concat;
    "contains" 2 2 Other collections::contains;
    "csvdecode" 1 1 Other encode::csvdecode;
    "dirname" 1 1 Text strings::dirname;
    "distinct" 1 1 Other collections::distinct;
    "element" 2 2 Other collections::element;
    "endswith" 2 2 Other strings::endswith;
    "flatten" 1 1 Other collections::flatten;
    "floor" 1 1 Other number::floor;
    "format" 1 MANY Text format::format;
    "formatdate" 2 2 Text time::formatdate;
    "formatlist" 1 MANY Other format::formatlist;
    "indent" 2 2 Text strings::indent;
    "index" 2 2 Other collections::index;
    "issensitive" 1 1 Other convert::issensitive;
    "join" 2 MANY Text strings::join;
    "jsondecode" 1 1 Other json::jsondecode;
    "jsonencode" 1 1 Text json::jsonencode;
    "keys" 1 1 Other maps::keys;
    "length" 1 1 Other collections::length;
    "list" 0 MANY Other collections::list;
    "log" 2 2 Other number::log;
    "lookup" 2 3 Other maps::lookup;
    "lower" 1 1 Text strings::lower;
    "map" 0 MANY Other maps::map;
    "matchkeys" 3 3 Other collections::matchkeys;
    "max" 1 MANY Other number::max;
    "merge" 0 MANY Other maps::merge;
    "min" 1 MANY Other number::min;
    "nonsensitive" 1 1 Other convert::nonsensitive;
    "one" 1 1 Other collections::one;
    "parseint" 2 2 Other number::parseint;
    "pow" 2 2 Other number::pow;
    "provider::aws::arn_build" 5 5 Text arn::arn_build;
    "provider::aws::arn_parse" 1 1 Other arn::arn_parse;
    "provider::aws::trim_iam_role_path" 1 1 Text arn::trim_iam_role_path;
    "range" 1 3 Other number::range;
    "regex" 2 2 Other patterns::regex;
    "regexall" 2 2 Other patterns::regexall;
    "replace" 3 3 Text patterns::replace;
    "reverse" 1 1 Other collections::reverse;
    "sensitive" 1 1 Other convert::sensitive;
    "setintersection" 1 MANY Other sets::setintersection;
    "setproduct" 2 MANY Other collections::setproduct;
    "setsubtract" 2 2 Other sets::setsubtract;
    "setunion" 1 MANY Other sets::setunion;
    "sha256" 1 1 Text hashes::sha256;
    "sha512" 1 1 Text hashes::sha512;
    "signum" 1 1 Other number::signum;
    "slice" 3 3 Other collections::slice;
    "sort" 1 1 Other collections::sort;
    "split" 2 2 Other strings::split;
    "startswith" 2 2 Other strings::startswith;
    "strcontains" 2 2 Other strings::strcontains;
    "strrev" 1 1 Text strings::strrev;
    "substr" 3 3 Text strings::substr;
    "sum" 1 1 Other number::sum;
    "textdecodebase64" 2 2 Text encode::textdecodebase64;
    "textencodebase64" 2 2 Text encode::textencodebase64;
    "timeadd" 2 2 Text time::timeadd;
    "timecmp" 2 2 Other time::timecmp;
    "title" 1 1 Text strings::title;
    "tobool" 1 1 Other convert::tobool;
    "tolist" 1 1 Other convert::tolist;
    "tomap" 1 1 Other convert::tomap;
    "tonumber" 1 1 Other convert::tonumber;
    "toset" 1 1 Other convert::toset;
    "tostring" 1 1 Text convert::tostring;
    "transpose" 1 1 Other maps::transpose;
    "trim" 2 2 Text trim::trim;
    "trimprefix" 2 2 Text trim::trimprefix;
    "trimspace" 1 1 Text trim::trimspace;
    "trimsuffix" 2 2 Text trim::trimsuffix;
    "type" 1 1 Text convert::type_;
    "upper" 1 1 Text strings::upper;
    "urldecode" 1 1 Text encode::urldecode;
    "urlencode" 1 1 Text encode::urlencode;
    "values" 1 1 Other maps::values;
    "yamldecode" 1 1 Other yaml::yamldecode;
    "yamlencode" 1 1 Text yaml::yamlencode;
    "zipmap" 2 2 Other maps::zipmap;
}
