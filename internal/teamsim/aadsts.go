package teamsim

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// aadsts describes one AADSTS code [reference-error-codes].
type aadsts struct {
	oauth string // the OAuth error a client decides on first
	text  string
	sub   string // suberror, optional
}

// aadstsCodes are the codes a client has to tell apart; prose is Microsoft's, shortened.
var aadstsCodes = map[int]aadsts{
	7000215: {"invalid_client", "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'.", ""},
	7000218: {"invalid_client", "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", ""},
	7000222: {"invalid_client", "The provided client secret keys for app '%s' are expired.", ""},
	700027:  {"invalid_client", "The certificate with identifier used to sign the client assertion is not registered on application. %s", ""},
	70002:   {"invalid_client", "Error validating credentials.", ""},
	700025:  {"invalid_client", "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.", ""},
	700016:  {"unauthorized_client", "Application with identifier '%s' was not found in the directory.", ""},
	7000112: {"unauthorized_client", "Application '%s' is disabled.", ""},
	50194:   {"invalid_request", "Application '%s' is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps.", ""},
	900971:  {"invalid_request", "No reply address provided.", ""},
	90002:   {"invalid_request", "Tenant '%s' not found. Check to make sure you have the correct tenant ID.", ""},
	900023:  {"invalid_request", "Specified tenant identifier '%s' is neither a valid DNS name, nor a valid external domain.", ""},
	50059:   {"invalid_request", "No tenant-identifying information found in either the request or implied by any provided credentials.", ""},
	90019:   {"invalid_request", "No tenant-identifying information found in either the request or implied by any provided credentials.", ""},
	50011:   {"invalid_request", "The redirect URI '%s' specified in the request does not match the redirect URIs configured for the application.", ""},
	70011:   {"invalid_scope", "The provided value for the input parameter 'scope' is not valid. The scope '%s' is not valid.", ""},
	28002:   {"invalid_scope", "Provided value for the input parameter scope is not valid.", ""},
	650056:  {"invalid_client", "Misconfigured application.", ""},
	650057:  {"invalid_resource", "Invalid resource. The client has requested access to a resource which is not listed in the requested permissions.", ""},
	65005:   {"invalid_resource", "The application required resource access list does not contain applications discoverable by the resource.", ""},
	65001:   {"invalid_grant", "The user or administrator has not consented to use the application with ID '%s'. Send an interactive authorization request for this user and resource.", "consent_required"},
	65004:   {"access_denied", "User declined to consent to access the app.", ""},
	90094:   {"access_denied", "Admin consent is required for the permissions requested by this application.", ""},
	90095:   {"access_denied", "An admin consent request may be sent to the admin.", ""},
	90008:   {"invalid_grant", "The user or administrator has not consented to use the application.", "consent_required"},
	50020:   {"invalid_grant", "User account from identity provider does not exist in tenant and cannot access the application.", ""},
	50034:   {"invalid_grant", "The user account does not exist in the directory.", ""},
	51004:   {"invalid_grant", "The user account does not exist in the directory.", ""},
	16003:   {"interaction_required", "User account is not found in tenant.", ""},
	50105:   {"access_denied", "Your administrator has configured the application to block users unless they are specifically granted access.", ""},
	70000:   {"invalid_grant", "The provided value for the input parameter 'refresh_token' is not valid.", "bad_token"},
	70008:   {"invalid_grant", "The provided authorization code or refresh token has expired due to inactivity.", ""},
	700082:  {"invalid_grant", "The refresh token has expired due to inactivity.", ""},
	50173:   {"invalid_grant", "The provided grant has expired due to it being revoked, a fresh auth token is needed.", "bad_token"},
	50132:   {"invalid_grant", "The session is not valid due to password expiration or recent password change.", "bad_token"},
	50133:   {"invalid_grant", "Session is invalid due to expiration or recent password change.", "bad_token"},
	50089:   {"invalid_grant", "Flow token expired.", "bad_token"},
	70043:   {"invalid_grant", "The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access.", "token_expired"},
	700084:  {"invalid_grant", "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime.", ""},
	50072:   {"interaction_required", "User needs to enroll in multi-factor authentication.", "basic_action"},
	50074:   {"interaction_required", "Strong authentication is required.", "basic_action"},
	50076:   {"interaction_required", "Due to a configuration change made by your administrator, you must use multi-factor authentication to access the resource.", "basic_action"},
	50078:   {"interaction_required", "Presented multi-factor authentication has expired due to policies configured by your administrator.", "basic_action"},
	50079:   {"interaction_required", "You must enroll in multi-factor authentication to access the resource.", "basic_action"},
	53000:   {"interaction_required", "Device is not in required device state: compliant.", "additional_action"},
	53001:   {"interaction_required", "Device is not in required device state: domain joined.", "additional_action"},
	53002:   {"interaction_required", "The app used is not an approved app for Conditional Access.", "additional_action"},
	53003:   {"interaction_required", "Access has been blocked by Conditional Access policies.", "message_only"},
	530032:  {"interaction_required", "Tenant security policy does not allow this request.", "message_only"},
	530034:  {"access_denied", "The admin has disabled this sign-in.", "message_only"},
	53011:   {"interaction_required", "User blocked due to risk on home tenant.", "message_only"},
	50131:   {"interaction_required", "Device is not in the required state, or the request was blocked by policy.", "message_only"},
	50055:   {"invalid_grant", "The password is expired.", "user_password_expired"},
	50144:   {"invalid_grant", "User's Active Directory password has expired.", "user_password_expired"},
	50058:   {"login_required", "Session information is not sufficient for single-sign-on.", ""},
	50057:   {"invalid_grant", "The user account is disabled.", ""},
	50053:   {"invalid_grant", "The account is locked, or sign-in was blocked because it came from an IP address with malicious activity.", ""},
	50126:   {"invalid_grant", "Error validating credentials due to invalid username or password.", ""},
	54005:   {"invalid_grant", "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.", ""},
	501481:  {"invalid_grant", "The Code_Verifier does not match the code_challenge supplied in the authorization request.", ""},
	50147:   {"invalid_request", "The size of the Code_Challenge parameter is not valid.", ""},
	501491:  {"invalid_request", "Invalid size of Code_Challenge parameter.", ""},
	900144:  {"invalid_request", "The request body must contain the following parameter: '%s'.", ""},
	90014:   {"invalid_request", "The required field '%s' is missing from the credential.", ""},
	9002313: {"invalid_request", "Invalid request. Request is malformed or invalid.", ""},
	700005:  {"invalid_grant", "Provided Authorization Code is intended to use against other tenant, thus rejected.", ""},
	700054:  {"unsupported_response_type", "response_type '%s' is not enabled for the application.", ""},
	70003:   {"unsupported_grant_type", "The app requested an unsupported grant type '%s'.", ""},
	50196:   {"invalid_grant", "The server terminated an operation because it encountered a client request loop.", ""},
	90033:   {"temporarily_unavailable", "A transient error has occurred. Please try again.", ""},
	90024:   {"temporarily_unavailable", "RequestBudgetExceededError - a transient error has occurred. Please try again.", ""},
	90090:   {"temporarily_unavailable", "A transient error has occurred. Please try again.", ""},
	50033:   {"temporarily_unavailable", "A transient error has occurred. Please try again.", ""},
	90055:   {"temporarily_unavailable", "The tenant is throttled due to too many incoming requests.", ""},
}

// aadError is a refusal of the identity platform.
type aadError struct {
	code   int
	oauth  string
	text   string
	sub    string
	status int
	retry  string // Retry-After, optional
}

// refuse looks a code up and fills the one argument its text may take.
func refuse(code int, arg string) *aadError {
	entry, ok := aadstsCodes[code]
	if !ok {
		entry = aadsts{"invalid_request", "The request was refused.", ""}
	}
	text := entry.text
	if strings.Contains(text, "%s") {
		text = fmt.Sprintf(text, arg)
	}
	e := &aadError{code: code, oauth: entry.oauth, sub: entry.sub, status: http.StatusBadRequest}
	e.text = fmt.Sprintf("AADSTS%d: %s", code, text)
	switch {
	case e.oauth == "invalid_client":
		e.status = http.StatusUnauthorized
	case code == 90055:
		e.status = http.StatusTooManyRequests
	case e.oauth == "temporarily_unavailable":
		e.status = http.StatusServiceUnavailable
	}
	return e
}

// aadErrorBody is the answer of the token endpoint.
type aadErrorBody struct {
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
	URI           string `json:"error_uri"`
	Sub           string `json:"suberror,omitempty"`
}

func (t *Tenant) aadErrorBody(e *aadError, r *http.Request) aadErrorBody {
	stamp := time.Now().UTC().Format("2006-01-02 15:04:05Z")
	trace, correlation := t.traceID(), r.Header.Get("client-request-id")
	if !isGUID(correlation) {
		correlation = t.traceID()
	}
	return aadErrorBody{
		Error: e.oauth, Codes: []int{e.code}, Sub: e.sub,
		Description:   fmt.Sprintf("%s Trace ID: %s Correlation ID: %s Timestamp: %s", e.text, trace, correlation, stamp),
		Timestamp:     stamp,
		TraceID:       trace,
		CorrelationID: correlation,
		URI:           fmt.Sprintf("%s/error?code=%d", t.loginBase(r), e.code),
	}
}
