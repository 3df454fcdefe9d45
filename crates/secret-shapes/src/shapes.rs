//! The shapes of tokens, as the services document them or their own scanners publish them: data alone.

/// How the tokens of a service look.
pub(super) struct Shape {
    /// After the service, so that a message can say whose token to revoke.
    pub(super) kind: &'static str,
    /// What every one begins with.
    pub(super) prefix: &'static str,
    /// Further characters of the body, besides letters and digits.
    pub(super) punctuation: &'static str,
    /// The body's least length.
    pub(super) least: usize,
    /// Whether the prefix is a name (`AccountKey=`) and no part of the secret.
    pub(super) show_prefix: bool,
}

const fn token(
    kind: &'static str,
    prefix: &'static str,
    punctuation: &'static str,
    least: usize,
) -> Shape {
    Shape {
        kind,
        prefix,
        punctuation,
        least,
        show_prefix: false,
    }
}

impl Shape {
    /// The same, with a prefix that may be shown.
    const fn with_shown_prefix(self) -> Self {
        Self {
            show_prefix: true,
            ..self
        }
    }
}

/// Every shape.
pub(super) const SHAPES: &[Shape] = &[
    token("github-token", "ghp_", "", 20),
    token("github-token", "gho_", "", 20),
    token("github-token", "ghu_", "", 20),
    token("github-token", "ghs_", "_", 20),
    token("github-token", "ghr_", "", 20),
    token("github-token", "github_pat_", "_", 22),
    token("gitlab-token", "glpat-", "_-.", 20),
    token("gitlab-token", "gldt-", "_-", 20),
    token("gitlab-token", "glrt-", "_-.", 20),
    token("gitlab-token", "glcbt-", "_-", 20),
    token("gitlab-token", "glptt-", "_-", 20),
    token("gitlab-token", "glft-", "_-", 20),
    token("gitlab-token", "glimt-", "_-", 20),
    token("gitlab-token", "glagent-", "_-", 20),
    token("gitlab-token", "glsoat-", "_-", 20),
    token("gitlab-token", "gloas-", "", 32),
    token("slack-token", "xoxb-", "-", 10),
    token("slack-token", "xoxp-", "-", 10),
    token("slack-token", "xoxa-", "-", 10),
    token("slack-token", "xoxr-", "-", 10),
    token("slack-token", "xoxs-", "-", 10),
    token("slack-token", "xoxe-", "-", 10),
    token("slack-token", "xoxe.xoxp-", "-", 10),
    token("slack-token", "xoxe.xoxb-", "-", 10),
    token("slack-token", "xapp-", "-", 10),
    token(
        "slack-webhook",
        "https://hooks.slack.com/services/",
        "/",
        20,
    )
    .with_shown_prefix(),
    token(
        "slack-webhook",
        "https://hooks.slack.com/workflows/",
        "/",
        20,
    )
    .with_shown_prefix(),
    token(
        "teams-webhook",
        "https://outlook.office.com/webhook/",
        "/@-",
        30,
    )
    .with_shown_prefix(),
    token("teams-webhook", "webhook.office.com/webhookb2/", "/@-", 30).with_shown_prefix(),
    token("discord-webhook", "discord.com/api/webhooks/", "/_-", 30).with_shown_prefix(),
    token("discord-webhook", "discordapp.com/api/webhooks/", "/_-", 30).with_shown_prefix(),
    token("zapier-webhook", "hooks.zapier.com/hooks/catch/", "/", 12).with_shown_prefix(),
    token("telegram-token", "api.telegram.org/bot", ":_-", 35).with_shown_prefix(),
    token("aws-access-key-id", "AKIA", "", 16),
    token("aws-access-key-id", "ASIA", "", 16),
    token("google-api-key", "AIza", "_-", 30),
    token("google-oauth-token", "ya29.", "_-.", 20),
    token("google-oauth-secret", "GOCSPX-", "_-", 20),
    token("azure-storage-key", "AccountKey=", "+/=", 40).with_shown_prefix(),
    token("azure-access-key", "SharedAccessKey=", "+/=", 30).with_shown_prefix(),
    token(
        "azure-sas-signature",
        "SharedAccessSignature=",
        "+/=%&-:.",
        30,
    )
    .with_shown_prefix(),
    token("azure-sas-signature", "sig=", "+/=%", 40).with_shown_prefix(),
    token("jwt", "eyJ", "_-.=", 20),
    token("npm-token", "npm_", "", 30),
    token("pypi-token", "pypi-", "_-", 50),
    token("rubygems-token", "rubygems_", "", 40),
    token("docker-token", "dckr_pat_", "_-", 20),
    token("docker-token", "dckr_oat_", "_-", 20),
    token("stripe-key", "sk_live_", "", 16),
    token("stripe-key", "sk_test_", "", 16),
    token("stripe-key", "rk_live_", "", 16),
    token("stripe-key", "rk_test_", "", 16),
    token("stripe-key", "whsec_", "+/=", 24),
    token("sendgrid-key", "SG.", "_-.", 40),
    token("openai-key", "sk-proj-", "_-", 20),
    token("openai-key", "sk-svcacct-", "_-", 20),
    token("anthropic-key", "sk-ant-", "_-", 20),
    token("openai-key", "sk-", "", 32),
    token("huggingface-token", "hf_", "", 30),
    token("digitalocean-token", "dop_v1_", "", 40),
    token("digitalocean-token", "doo_v1_", "", 40),
    token("vault-token", "hvs.", "_-", 20),
    token("vault-token", "hvb.", "_-", 20),
    token("databricks-token", "dapi", "", 32),
    token("doppler-token", "dp.pt.", "", 40),
    token("doppler-token", "dp.st.", "_-.", 40),
    token("linear-key", "lin_api_", "", 32),
    token("newrelic-key", "NRAK-", "", 20),
    token("newrelic-key", "NRJS-", "", 16),
    token("newrelic-key", "NRII-", "_-", 20),
    token("grafana-token", "glsa_", "_", 32),
    token("grafana-token", "glc_", "+/=", 32),
    token("postman-key", "PMAK-", "-", 40),
    token("shopify-token", "shpat_", "", 32),
    token("shopify-token", "shpss_", "", 32),
    token("sentry-token", "sntrys_", "_-+/=", 40),
    token("sentry-token", "sntryu_", "", 40),
    token("pulumi-token", "pul-", "", 40),
    token("atlassian-token", "ATATT3", "_-=+/", 40),
    token("atlassian-token", "ATCTT3", "_-=+/", 40),
    token("bitbucket-token", "ATBB", "_-=", 20),
    token("sonarqube-token", "squ_", "", 32),
    token("sonarqube-token", "sqp_", "", 32),
    token("sonarqube-token", "sqa_", "", 32),
    token("dynatrace-token", "dt0c01.", ".", 60),
    token("dynatrace-token", "dt0s01.", ".", 60),
    token("dynatrace-token", "dt0s02.", ".", 60),
    token("circleci-token", "CCIPAT_", "_", 40),
    token("buildkite-token", "bkua_", "", 40),
    token("artifactory-token", "AKCp", "", 60),
    token("age-secret-key", "AGE-SECRET-KEY-1", "", 40),
    token("netlify-token", "nfp_", "", 36),
    token("heroku-key", "HRKU-", "_-", 36),
    token("figma-token", "figd_", "_-", 30),
    token("twilio-key", "SK", "", 32),
    token("mailgun-key", "key-", "", 32),
    token("planetscale-password", "pscale_pw_", "_-.=", 32),
];
