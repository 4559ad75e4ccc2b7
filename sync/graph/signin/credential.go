package signin

import (
	"context"
	"encoding/base64"
	"os/exec"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// ask makes one token request. It needs a credential of its own: azidentity's keep tokens, refused ones too, and what
// they have read of files.
func (a *account) ask(ctx context.Context, claims string) (azcore.AccessToken, error) {
	if claims != "" && a.kind == AzureCLI {
		return azcore.AccessToken{}, a.claimsForCLI(claims)
	}
	if a.kind == ManagedIdentity {
		claims = "{}" // goes nowhere, but passes by a cache that all credentials share
	}
	r := &request{account: a, transport: a.newTransport()}
	defer r.transport.CloseIdleConnections()
	credential, err := r.credential()
	if err != nil {
		return azcore.AccessToken{}, r.unbegun(err)
	}
	token, err := credential.GetToken(ctx, policy.TokenRequestOptions{
		Scopes: []string{a.Scope}, Claims: claims, EnableCAE: true,
	})
	if err != nil {
		return azcore.AccessToken{}, r.failed(ctx, err)
	}
	if !plain([]byte(token.Token)) || token.Token == "" {
		return azcore.AccessToken{}, &Error{Text: "what came as a token is none", HintText: hintAuthority}
	}
	return token, nil
}

// credential is azidentity's for the account. Its error is an *Error, or comes before anything was sent.
func (r *request) credential() (azcore.TokenCredential, error) {
	switch a := r.account; a.kind {
	case ClientSecret:
		secret, err := r.secret()
		if err != nil {
			return nil, err
		}
		return azidentity.NewClientSecretCredential(a.Tenant, a.ClientID, secret,
			&azidentity.ClientSecretCredentialOptions{ClientOptions: r.options(), DisableInstanceDiscovery: !a.known})
	case ClientCertificate:
		chain, key, err := readCertificate(a.CertificateFile, a.CertificatePassword)
		if err != nil {
			return nil, err
		}
		return azidentity.NewClientCertificateCredential(a.Tenant, a.ClientID, chain, key,
			&azidentity.ClientCertificateCredentialOptions{
				ClientOptions: r.options(), DisableInstanceDiscovery: !a.known, SendCertificateChain: a.chain,
			})
	case WorkloadIdentity:
		return azidentity.NewClientAssertionCredential(a.Tenant, a.ClientID, r.assertion,
			&azidentity.ClientAssertionCredentialOptions{ClientOptions: r.options(), DisableInstanceDiscovery: !a.known})
	case ManagedIdentity:
		options := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: r.options()}
		if a.ClientID != "" {
			options.ID = azidentity.ClientID(a.ClientID)
		}
		return azidentity.NewManagedIdentityCredential(options)
	}
	if _, err := exec.LookPath("az"); err != nil {
		return nil, &Error{Text: "az is not on the PATH", Err: err,
			HintText: "install the Azure CLI, or choose another auth.method"}
	}
	return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: r.Tenant})
}

// options are what all credentials that speak HTTP have in common.
func (r *request) options() azcore.ClientOptions {
	return azcore.ClientOptions{
		Cloud:            cloud.Configuration{ActiveDirectoryAuthorityHost: r.account.Authority},
		Transport:        r.client(),
		PerRetryPolicies: []policy.Policy{r},
		Retry:            policy.RetryOptions{MaxRetries: retries, RetryDelay: retryDelay, MaxRetryDelay: maxRetryDelay},
	}
}

// secret returns the client secret as it is now.
func (r *request) secret() (string, error) {
	secret := r.account.Secret.Reveal()
	if r.account.SecretFile != "" {
		var err error
		if secret, err = readWord(r.account.SecretFile, "client secret"); err != nil {
			return "", err
		}
	}
	r.secrets = append(r.secrets, secret)
	return secret, nil
}

// assertion returns the federated token as it is now: whoever hands it out renews it.
func (r *request) assertion(context.Context) (string, error) {
	token, err := readWord(r.account.TokenFile, "federated token")
	r.secrets = append(r.secrets, token)
	r.fault = err
	return token, err
}

func (a *account) claimsForCLI(claims string) error {
	command := "az login"
	if a.Tenant != "" {
		command += " --tenant " + a.Tenant
	}
	return &Error{
		Text: "the service demands more than the login of az has shown",
		HintText: "log in once more: " + command + " --claims-challenge " +
			base64.StdEncoding.EncodeToString([]byte(claims)),
	}
}
