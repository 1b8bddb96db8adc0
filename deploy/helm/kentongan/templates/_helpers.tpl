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
