{{/*
What differs between the services: the port, the public address, and the keys of the Secret that each may read.
*/}}
{{- define "perezvon.services" -}}
settings-api:
  port: 3000
  public: settingsApi
  secrets: [SETTINGS_API_DATABASE_URL, CREDENTIALS_KEYS, INTERNAL_API_KEY, BOOTSTRAP_API_KEY]
  optionalSecrets: [PBX_PULL_KEYS, AMOCRM_CLIENT_ID, AMOCRM_CLIENT_SECRET]
call-ingest:
  port: 3001
  public: callIngest
  secrets: [CALL_INGEST_DATABASE_URL, INTERNAL_API_KEY]
  optionalSecrets: [PBX_PULL_KEYS]
decision-engine:
  port: 3002
  public: decisionEngine
  secrets: [DECISION_ENGINE_DATABASE_URL, INTERNAL_API_KEY]
  optionalSecrets: []
amocrm-writer:
  port: 3003
  public: amocrmWriter
  secrets: [AMOCRM_WRITER_DATABASE_URL, CREDENTIALS_KEYS, INTERNAL_API_KEY]
  optionalSecrets: [AMOCRM_CLIENT_ID, AMOCRM_CLIENT_SECRET]
{{- end }}

{{- define "perezvon.selector" -}}
app.kubernetes.io/instance: {{ .release }}
app.kubernetes.io/name: {{ .name }}
{{- end }}

{{- define "perezvon.labels" -}}
{{ include "perezvon.selector" . }}
app.kubernetes.io/part-of: perezvon
app.kubernetes.io/version: {{ .version | quote }}
{{- end }}
