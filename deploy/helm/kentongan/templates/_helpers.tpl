{{- define "kentongan.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "kentongan.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "kentongan.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Selectors cannot be changed after an install: they hold the two labels that never change. */}}
{{- define "kentongan.selectorLabels" -}}
app.kubernetes.io/name: {{ include "kentongan.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "kentongan.labels" -}}
{{ include "kentongan.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: stream-processor
app.kubernetes.io/part-of: kentongan
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "kentongan.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "kentongan.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "kentongan.image" -}}
{{- $registry := default .Values.image.registry .Values.global.imageRegistry -}}
{{- if $registry }}{{ $registry }}/{{ end -}}
{{- .Values.image.repository -}}
{{- if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ default .Chart.AppVersion .Values.image.tag }}{{ end -}}
{{- end -}}

{{/* The roles; without tokens or a trusted proxy nobody may see the page from elsewhere, so its role is left out. */}}
{{- define "kentongan.roles" -}}
{{- $roles := .Values.roles }}
{{- if not (or .Values.tokensSecret .Values.trustedProxy.header) }}{{ $roles = without $roles "desk" }}{{ end }}
{{- if not $roles }}{{ fail "the role desk needs tokensSecret or trustedProxy: pods are reached from other machines" }}{{ end }}
{{- join "," $roles }}
{{- end }}

{{/* The workloads: one of all roles, or one of each. A list of dicts: name, component, roles, replicas, resources. */}}
{{- define "kentongan.workloads" -}}
{{- $full := include "kentongan.fullname" . -}}
{{- $list := list -}}
{{- if .Values.split.enabled -}}
{{- range $role := splitList "," (include "kentongan.roles" .) -}}
{{- $resources := default $.Values.resources (index $.Values.split.resources $role) -}}
{{- $list = append $list (dict "name" (printf "%s-%s" ($full | trunc 55 | trimSuffix "-") $role) "component" $role "roles" $role "replicas" (index $.Values.split.replicas $role) "resources" $resources) -}}
{{- end -}}
{{- else -}}
{{- $list = append $list (dict "name" $full "component" "stream-processor" "roles" (include "kentongan.roles" .) "replicas" .Values.replicaCount "resources" .Values.resources) -}}
{{- end -}}
{{- toJson $list -}}
{{- end -}}

{{/* Selector labels of one workload: (list root workload). */}}
{{- define "kentongan.workloadSelector" -}}
{{- $root := index . 0 -}}
{{- $workload := index . 1 -}}
{{ include "kentongan.selectorLabels" $root }}
{{- if $root.Values.split.enabled }}
app.kubernetes.io/component: {{ $workload.component }}
{{- end }}
{{- end -}}

{{/* Labels of one workload: (list root workload). */}}
{{- define "kentongan.workloadLabels" -}}
{{- $root := index . 0 -}}
{{- $workload := index . 1 -}}
{{ include "kentongan.labels" $root | replace "app.kubernetes.io/component: stream-processor" (printf "app.kubernetes.io/component: %s" $workload.component) }}
{{- end -}}

{{/* How the brokers know the pods: the environment of [kafka.security]. (list root workload) */}}
{{- define "kentongan.kafkaEnvironment" -}}
{{- $root := index . 0 -}}
{{- $auth := $root.Values.kafka.auth -}}
{{- $workload := index . 1 -}}
{{- $tls := or $auth.tls (eq $auth.type "tls") -}}
{{- $sasl := not (has $auth.type (list "none" "tls")) -}}
{{- if or $tls $sasl }}
- name: KENTONGAN__KAFKA__SECURITY__PROTOCOL
  value: {{ ternary (ternary "sasl_ssl" "sasl_plaintext" $tls) "ssl" $sasl }}
{{- end }}
{{- if and $tls $auth.caSecret }}
- name: KENTONGAN__KAFKA__SECURITY__CA_FILE
  value: /etc/kentongan-kafka-ca/ca.crt
{{- end }}
{{- if $sasl }}
- name: KENTONGAN__KAFKA__SECURITY__MECHANISM
  value: {{ $auth.type | upper }}
{{- end }}
{{- if eq $auth.type "oauthbearer" }}
- name: KENTONGAN__KAFKA__SECURITY__TOKEN_FILE
  value: /etc/kentongan-kafka/token
{{- else if $sasl }}
- name: KENTONGAN__KAFKA__SECURITY__USER
  value: {{ required "kafka.auth.user is needed: the user as the brokers know it" (default (ternary $workload.name "" $root.Values.kafkaUsers.enabled) $auth.user) | quote }}
- name: KENTONGAN__KAFKA__SECURITY__PASSWORD_FILE
  value: /etc/kentongan-kafka/password
{{- else if eq $auth.type "tls" }}
- name: KENTONGAN__KAFKA__SECURITY__CERTIFICATE_FILE
  value: /etc/kentongan-kafka/user.crt
- name: KENTONGAN__KAFKA__SECURITY__KEY_FILE
  value: /etc/kentongan-kafka/user.key
{{- end }}
{{- end -}}

{{/* The volumes of the above. Whole folders, so that a renewed Secret is seen. (list root workload) */}}
{{- define "kentongan.kafkaVolumes" -}}
{{- $root := index . 0 -}}
{{- $auth := $root.Values.kafka.auth -}}
{{- $workload := index . 1 -}}
{{- if $auth.caSecret }}
- name: kafka-ca
  secret:
    secretName: {{ $auth.caSecret }}
    defaultMode: 0440
    items:
      - key: {{ $auth.caKey }}
        path: ca.crt
{{- end }}
{{- if eq $auth.type "oauthbearer" }}
- name: kafka
  projected:
    defaultMode: 0440
    sources:
      - serviceAccountToken:
          path: token
          audience: {{ $auth.audience }}
          expirationSeconds: 3600
{{- else if ne $auth.type "none" }}
- name: kafka
  secret:
    secretName: {{ required "kafka.auth.existingSecret is needed: the Secret with the password or certificate" (default (ternary $workload.name "" $root.Values.kafkaUsers.enabled) $auth.existingSecret) }}
    defaultMode: 0440
    items:
      {{- if eq $auth.type "tls" }}
      - key: {{ $auth.certificateKey }}
        path: user.crt
      - key: {{ $auth.keyKey }}
        path: user.key
      {{- else }}
      - key: {{ $auth.passwordKey }}
        path: password
      {{- end }}
{{- end }}
{{- end -}}
