//! Whose calls they are: the chain of the AWS CLI, and the role in each account.

use std::time::{Duration, SystemTime};

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::future::ProvideCredentials as Future;
use aws_credential_types::provider::{ProvideCredentials, Result, SharedCredentialsProvider};
use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;
use serde_json::Value;
use tokio::sync::Mutex;

use super::body::{WholeBody, Wire};
use super::client::whole;
use super::failure::{Failure, of_role};
use super::run::Limits;
use super::shape::{Shape, shape};
use crate::sources::aws::recording::GapReason;

/// How long before their end credentials are renewed: longer than a call may take.
const MARGIN: Duration = Duration::from_secs(300);

/// The name of the sessions of assumed roles, as CloudTrail shows it.
const SESSION: &str = "trailwarden";

/// Holds credentials until they are about to expire: each account's role is assumed with the same ones, and asking the
/// chain each time would be a call of its own.
#[derive(Debug)]
struct Held {
    inner: SharedCredentialsProvider,
    current: Mutex<Option<Credentials>>,
}

impl Held {
    fn shared(inner: SharedCredentialsProvider) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(Self { inner, current: Mutex::new(None) })
    }

    async fn get(&self) -> Result {
        let mut current = self.current.lock().await;
        let soon = SystemTime::now() + MARGIN;
        if let Some(held) = current.as_ref().filter(|held| held.expiry().is_none_or(|end| end > soon)) {
            return Ok(held.clone());
        }
        let fresh = self.inner.provide_credentials().await?;
        *current = Some(fresh.clone());
        Ok(fresh)
    }
}

impl ProvideCredentials for Held {
    fn provide_credentials<'a>(&'a self) -> Future<'a>
    where
        Self: 'a,
    {
        Future::new(self.get())
    }
}

/// The configuration that environment, profile and container give.
pub(super) async fn base(profile: Option<&str>, limits: &Limits) -> SdkConfig {
    let retries = RetryConfig::adaptive()
        .with_max_attempts(limits.attempts)
        .with_initial_backoff(Duration::from_millis(300))
        .with_max_backoff(limits.longest_pause);
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(limits.attempt)
        .operation_timeout(limits.call)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(super::client::http())
        .retry_config(retries)
        .timeout_config(timeouts);
    if let Ok(name) = AppName::new("trailwarden") {
        loader = loader.app_name(name);
    }
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    let config = loader.load().await;
    let mut builder = config.to_builder();
    if config.region().is_none() {
        builder.set_region(Some(Region::from_static("us-east-1")));
    }
    if let Some(chain) = config.credentials_provider() {
        builder.set_credentials_provider(Some(Held::shared(chain)));
    }
    builder.build()
}

/// Who the credentials are.
///
/// # Errors
/// If there are none, or AWS does not take them.
pub(super) async fn caller(config: &SdkConfig) -> std::result::Result<Value, Failure> {
    let sdk = aws_sdk_sts::config::Builder::from(config).interceptor(WholeBody(Wire::Xml)).build();
    let output = aws_sdk_sts::Client::from_conf(sdk).get_caller_identity().send().await?;
    Ok(whole(output.json()))
}

/// The configuration with the credentials of a role in another account.
///
/// # Errors
/// If the role cannot be assumed.
pub(super) async fn assume(
    base: &SdkConfig,
    role: &str,
    external_id: Option<&str>,
) -> std::result::Result<SdkConfig, Failure> {
    let chain = base.credentials_provider();
    let chain = chain.ok_or_else(|| Failure::new(GapReason::AssumeRoleFailed, "there are no credentials"))?;
    let mut builder = AssumeRoleProvider::builder(role).session_name(SESSION).configure(base);
    if let Some(external_id) = external_id {
        builder = builder.external_id(external_id);
    }
    let provider = builder.build_from_provider(chain).await;
    let held = Held::shared(SharedCredentialsProvider::new(provider));
    held.provide_credentials().await.map_err(|error| of_role(role, &error))?;
    Ok(base
        .to_builder()
        .credentials_provider(held)
        .identity_cache(aws_config::identity::IdentityCache::no_cache())
        .build())
}

shape!(GetCallerIdentityOutput { "Account": account, "Arn": arn, "UserId": user_id });
