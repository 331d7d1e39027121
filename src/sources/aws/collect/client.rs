//! Clients of the SDK, and what they have in common.

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Builder, ConnectorBuilder, tls};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// A client for a place: `client!(place, aws_sdk_kms, Json)`.
macro_rules! client {
    ($place:expr, $sdk:ident, $wire:ident) => {
        $sdk::Client::from_conf($crate::sources::aws::collect::client::builder!($place, $sdk, $wire).build())
    };
}

/// The configuration of [`client!`], for services that need more.
macro_rules! builder {
    ($place:expr, $sdk:ident, $wire:ident) => {{
        use $crate::sources::aws::collect::body::{WholeBody, Wire};
        $sdk::config::Builder::from(&$place.config())
            .retry_partition($sdk::config::retry::RetryPartition::new($place.partition(stringify!($sdk))))
            .interceptor(WholeBody(Wire::$wire))
    }};
}

/// One request; its output as the AWS CLI prints it.
macro_rules! send {
    ($request:expr) => {
        async {
            let output = $request.send().await?;
            Ok($crate::sources::aws::collect::client::whole($crate::sources::aws::collect::shape::Shape::json(&output)))
        }
    };
}

/// All pages of a request as one output.
macro_rules! pages {
    ($request:expr) => {
        async {
            let mut pages = $request.into_paginator().send();
            let mut whole = serde_json::Map::new();
            while let Some(page) = pages.next().await {
                let page = $crate::sources::aws::collect::shape::Shape::json(&page?);
                $crate::sources::aws::collect::shape::merge(&mut whole, page);
            }
            Ok(serde_json::Value::Object(whole))
        }
    };
}

pub(super) use {builder, client, pages, send};

/// The HTTP client of all clients of a run.
///
/// Without one, the SDK makes one for each of its clients, with connections and trusted certificates of its own: a
/// handshake for every call. The proxy is that of the environment, as in the SDK's own.
pub(super) fn http() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
        let mut connector = ConnectorBuilder::default().tls_provider(provider);
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}

/// An answer is an object, be it empty.
pub(super) fn whole(output: Option<serde_json::Value>) -> serde_json::Value {
    output.unwrap_or_else(|| serde_json::Value::Object(serde_json::Map::new()))
}

/// S3 Control puts the account's id before the host, which no stand-in at a bare address can serve; the id is in a
/// header, too.
#[derive(Debug)]
pub(super) struct BareHost(pub(super) String);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for BareHost {
    fn name(&self) -> &'static str {
        "BareHost"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let bare = request.uri().replacen(&format!("://{}.", self.0), "://", 1);
        request.set_uri(bare)?;
        Ok(())
    }
}

/// Whether an endpoint is one that has no hosts below it.
pub(super) fn is_bare(endpoint: &str) -> bool {
    let host = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    let host = host.split(['/', '?']).next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name.starts_with('[') || name.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_without_hosts_below() {
        for bare in ["http://127.0.0.1:5000", "http://localhost:4566/", "http://[::1]:80", "https://10.0.0.1"] {
            assert!(is_bare(bare), "{bare}");
        }
        for host in ["https://s3-control.us-east-1.amazonaws.com", "http://moto.test:5000", "https://a.localhost:1"] {
            assert!(!is_bare(host), "{host}");
        }
    }
}
