{{/* How values are read, the same in every chart. */}}

{{/* A value as text. Numbers are written as JSON has them: Go would give them an exponent from a million on. A whole
number that a reader of YAML or JSON has already changed is refused. Takes (dict "context" . "name" NAME "value" VALUE). */}}
{{- define "datastore.value" -}}
{{- if kindIs "string" .value -}}
{{- .value -}}
{{- else if kindIs "bool" .value -}}
{{- toJson .value -}}
{{- else -}}
{{- if gt (maxf .value (mulf .value -1)) 9007199254740991.0 -}}
{{- fail (printf "%s%s is a whole number of more than 15 digits, of which not every one is read: put it in quotes" (include "datastore.at" .context) .name) -}}
{{- end -}}
{{- toJson .value -}}
{{- end -}}
{{- end -}}

{{/* What stands before the name of a value where this chart is a part of another one. */}}
{{- define "datastore.at" -}}
{{- if not .Chart.IsRoot }}{{ .Chart.Name }}.{{ end -}}
{{- end -}}

{{/* The Secrets with which images are pulled: those of all charts, and this one's. */}}
{{- define "datastore.imagePullSecrets" -}}
{{- $names := list -}}
{{- range concat (default list (get (default dict .Values.global) "imagePullSecrets")) (default list .Values.imagePullSecrets) -}}
{{- if kindIs "string" . -}}
{{- $names = append $names . -}}
{{- else -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- end -}}
{{- with uniq $names -}}
imagePullSecrets:
{{- range . }}
  - name: {{ . | quote }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* An amount in Kubernetes' notation, such as 250m, 0.5 or 256Mi, as a number of thousandths. */}}
{{- define "datastore.thousandths" -}}
{{- $text := ternary . (toJson .) (kindIs "string" .) -}}
{{- $digits := regexFind "^[0-9.]+" $text -}}
{{- $factors := dict "m" 1 "" 1e3 "k" 1e6 "M" 1e9 "G" 1e12 "T" 1e15 "Ki" 1024e3 "Mi" 1048576e3 "Gi" 1073741824e3 "Ti" 1099511627776e3 -}}
{{- mulf $digits (get $factors (trimPrefix $digits $text)) -}}
{{- end -}}

{{/* Fails where a request is more than its limit, which the API server would say of a part when others have changed.
Takes (dict "context" . "name" NAME "resources" RESOURCES). */}}
{{- define "datastore.checkResources" -}}
{{- $resources := default dict .resources -}}
{{- $limits := default dict $resources.limits -}}
{{- range $what, $request := default dict $resources.requests -}}
{{- $limit := get $limits $what -}}
{{- if hasKey $limits $what -}}
{{- if gt (include "datastore.thousandths" $request | float64) (include "datastore.thousandths" $limit | float64) -}}
{{- $name := printf "%s%s" (include "datastore.at" $.context) $.name -}}
{{- fail (printf "%s.requests.%s is %v and %s.limits.%s %v: a request must not be more than its limit, so set both" $name $what $request $name $what $limit) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
