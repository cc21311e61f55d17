{{/* The pod of one process. Given (dict "root" $ "key" "reporting" "process" {name, port, keepsFiles} "settings" .Values.services.reporting). */}}
{{- define "faemban.pod" -}}
{{- $root := .root }}
{{- $values := .root.Values }}
{{- $full := include "faemban.fullname" .root }}
metadata:
  labels:
    {{- include "faemban.labels" (dict "root" .root "name" .process.name) | trim | nindent 4 }}
  {{- with $values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ $full }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ include "faemban.graceSeconds" .root }}
  {{- with $values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  topologySpreadConstraints:
    {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "faemban.selector" (dict "root" $root "name" $.process.name) | nindent 10 }}
    {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .process.name }}
      image: {{ include "faemban.image" .root }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args: [services/{{ .process.name }}/dist/main.js]
      ports:
        - { name: http, containerPort: {{ .process.port }}, protocol: TCP }
      envFrom:
        - configMapRef: { name: {{ $full }}-environment }
      env:
        - { name: FAEMBAN_PORT, value: {{ .process.port | quote }} }
        {{- if eq .key "frontDoor" }}
        {{- with concat (ternary (list $values.ingress.host) (list) $values.ingress.enabled) $values.publicNames }}
        # Under another name it answers nobody.
        - { name: FAEMBAN_PUBLIC_NAMES, value: {{ join "," . | quote }} }
        {{- end }}
        {{- end }}
        {{- if $values.telemetry.endpoint }}
        - { name: OTEL_SERVICE_NAME, value: {{ .process.name }} }
        {{- end }}
        {{- with .settings.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      resources:
        {{- toYaml .settings.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      # Ten minutes to begin: a first start waits for MongoDB and Kafka, and says so in /health/ready.
      startupProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 5
        timeoutSeconds: 4
        failureThreshold: 120
      livenessProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      # A front door is ready as soon as it lives: what it says of a service that is missing is an answer, too.
      readinessProbe:
        httpGet: { path: {{ if eq .process.name "front-door" }}/health/live{{ else }}/health/ready{{ end }}, port: http }
        periodSeconds: 5
        timeoutSeconds: 4
        failureThreshold: 3
      lifecycle:
        preStop:
          sleep: { seconds: 5 }
      volumeMounts:
        - { name: tmp, mountPath: /tmp }
        - { name: secrets, mountPath: /run/secrets/faemban, readOnly: true }
        {{- if ne .key "frontDoor" }}
        - { name: data, mountPath: /data }
        - { name: keys, mountPath: /keys{{ if not .process.keepsFiles }}, readOnly: true{{ end }} }
        {{- end }}
  volumes:
    - name: tmp
      emptyDir: { sizeLimit: 256Mi }
    - name: secrets
      projected:
        defaultMode: 0440
        sources:
          - secret:
              name: {{ $values.serviceToken.existingSecret }}
              items: [{ key: {{ $values.serviceToken.key }}, path: service-token }]
          - secret:
              name: {{ $values.mongodb.existingSecret }}
              items: [{ key: {{ $values.mongodb.key }}, path: mongodb-url }]
          {{- with $values.kafka }}
          {{- if .existingSecret }}
          - secret:
              name: {{ .existingSecret }}
              items:
                - { key: {{ .usernameKey }}, path: kafka-username }
                - { key: {{ .passwordKey }}, path: kafka-password }
          {{- end }}
          {{- end }}
          {{- with $values.trustedCa }}
          {{- if .existingConfigMap }}
          - configMap:
              name: {{ .existingConfigMap }}
              items: [{ key: {{ .key }}, path: trusted-ca.crt }]
          {{- end }}
          {{- end }}
    {{- with get .settings "signingKeys" }}
    # All instances of a service sign with the same keys.
    - name: keys
      secret:
        secretName: {{ .existingSecret }}
        defaultMode: 0440
        items: [{ key: {{ .key }}, path: signing-keys.json }]
    # Nothing that must outlive the pod.
    - name: data
      emptyDir: { sizeLimit: 1Gi }
    {{- end }}
{{- end }}
