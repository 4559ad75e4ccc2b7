package signin

import (
	"cmp"
	"os/exec"
	"slices"
	"strings"
)

// The values of Config.Method.
const (
	Default           = "default"            // the first of the others for which everything seems to be there
	ClientSecret      = "client-secret"      // an application by its secret
	ClientCertificate = "client-certificate" // an application by its certificate
	WorkloadIdentity  = "workload-identity"  // an application by a token of the Kubernetes cluster, or of another issuer
	ManagedIdentity   = "managed-identity"   // the identity that Azure gives this machine
	AzureCLI          = "azure-cli"          // whoever has logged in with az
	Environment       = "environment"        // an application by the variables of Azure's own tools
	Token             = "token"              // a token that somebody else has got
)

// Methods are all values of Config.Method.
var Methods = []string{
	Default, ClientSecret, ClientCertificate, WorkloadIdentity, ManagedIdentity, AzureCLI, Environment, Token,
}

// pick returns the first method for which there is something to sign in with, and what that is.
func (cfg *Config) pick() (method, why string, err error) {
	variable := func(method string, names ...string) func() (string, string) {
		return func() (string, string) {
			i := slices.IndexFunc(names, func(name string) bool { return cfg.env(name) != "" })
			if i < 0 {
				return "", ""
			}
			return method, names[i] + " is set"
		}
	}
	for _, present := range []func() (string, string){
		cfg.pickSetting,
		variable(Environment, "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH"),
		variable(WorkloadIdentity, federatedVariable),
		variable(ManagedIdentity, "IDENTITY_ENDPOINT", "MSI_ENDPOINT", "IMDS_ENDPOINT"),
		pickCLI,
	} {
		if method, why := present(); method != "" {
			return method, why, nil
		}
	}
	return "", "", &Error{
		Text: "there is nothing to sign in with",
		HintText: "set " + either("auth.token_file", cfg.TokenOrigin) + ", " +
			either("auth.client_secret_file", cfg.SecretOrigin) + ", or auth.certificate_file; or set auth.method, which on " +
			"a virtual machine of Azure is managed-identity",
	}
}

// either names a setting, and the variable that stands in for it if there is one.
func either(key, variable string) string {
	if variable == "" {
		return key
	}
	return key + " or " + variable
}

func (cfg *Config) pickSetting() (method, why string) {
	switch {
	case cfg.TokenFile != "":
		return Token, "auth.token_file is set"
	case cfg.Token.Reveal() != "":
		return Token, cmp.Or(cfg.TokenOrigin, "a token") + " is set"
	case cfg.SecretFile != "":
		return ClientSecret, "auth.client_secret_file is set"
	case cfg.Secret.Reveal() != "":
		return ClientSecret, cmp.Or(cfg.SecretOrigin, "a client secret") + " is set"
	case cfg.CertificateFile != "":
		return ClientCertificate, "auth.certificate_file is set"
	}
	return "", ""
}

func pickCLI() (method, why string) {
	if _, err := exec.LookPath("az"); err != nil {
		return "", ""
	}
	return AzureCLI, "az is on the PATH"
}

// A Cloud is one of the clouds of Microsoft, which share nothing: a token of one is worth nothing in another.
type Cloud struct {
	Name      string
	Graph     string // root of Microsoft Graph with its version
	Authority string // sign-in service
	Scope     string // what to ask a token for
}

// Clouds are all clouds that Microsoft Graph is in, the public one first.
var Clouds = []Cloud{
	cloudAt("global", "https://graph.microsoft.com", "https://login.microsoftonline.com"),
	cloudAt("usgov", "https://graph.microsoft.us", "https://login.microsoftonline.us"),
	cloudAt("usgov-dod", "https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
	cloudAt("china", "https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
}

func cloudAt(name, graph, authority string) Cloud {
	return Cloud{Name: name, Graph: graph + "/beta", Authority: authority, Scope: graph + "/.default"}
}

// CloudNamed returns a cloud by its name; "" is the first of Clouds.
func CloudNamed(name string) (Cloud, bool) {
	if name == "" {
		return Clouds[0], true
	}
	i := slices.IndexFunc(Clouds, func(c Cloud) bool { return c.Name == name })
	if i < 0 {
		return Cloud{}, false
	}
	return Clouds[i], true
}

func cloudNames() (names []string) {
	for _, c := range Clouds {
		names = append(names, c.Name)
	}
	return names
}

// knownAuthority reports whether the sign-in service is one of the clouds'.
func knownAuthority(authority string) bool {
	return slices.ContainsFunc(Clouds, func(c Cloud) bool { return strings.EqualFold(c.Authority, authority) })
}
