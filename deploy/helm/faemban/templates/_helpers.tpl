{{/* Every process: its key in values, its name, the port that services/<name> listens on, and whom it calls: for a log, the vault, or a request. */}}
{{- define "faemban.processes" -}}
frontDoor: { name: front-door, port: 8420, keepsFiles: false, calls: [ingestion, identity-verification, mpi-scoring, reporting] }
ingestion: { name: ingestion, port: 8421, keepsFiles: true, calls: [identity-verification] }
identityVerification: { name: identity-verification, port: 8422, keepsFiles: true, calls: [] }
mpiScoring: { name: mpi-scoring, port: 8423, keepsFiles: false, calls: [ingestion] }
reporting: { name: reporting, port: 8424, keepsFiles: false, calls: [ingestion, mpi-scoring] }
{{- end }}

{{/*
At most 30 characters, and `faemban` among them, by which alerts know volumes. With `-identity-verification` that is 52, the most that a
StatefulSet may have: its pods carry its name and the hash of its revision in a label, which has room for 63.
*/}}
{{- define "faemban.fullname" -}}
{{- $name := .Release.Name | trunc 30 | trimSuffix "-" }}
{{- if contains .Chart.Name $name }}{{ $name }}{{ else }}{{ printf "%s-%s" (.Release.Name | trunc 22 | trimSuffix "-") .Chart.Name }}{{ end }}
{{- end }}

{{/* Given (dict "root" $ "name" "reporting"). */}}
{{- define "faemban.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- define "faemban.labels" -}}
{{- if hasKey . "name" }}
{{ include "faemban.selector" . }}
{{- else }}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: faemban
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "faemban.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{/* The drain, the moment before it in which the service's addresses forget the pod, and some seconds to exit. */}}
{{- define "faemban.graceSeconds" -}}
{{- add 5 (div (add .Values.drainMsMax 999) 1000) 10 }}
{{- end }}
