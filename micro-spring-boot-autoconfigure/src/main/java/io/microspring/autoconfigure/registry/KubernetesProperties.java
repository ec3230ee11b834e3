package io.microspring.autoconfigure.registry;

import java.time.Duration;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.plugins.registry.kubernetes.KubernetesOptions;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the Kubernetes registry works.
 *
 * @param namespace Whose pods; empty for the own one, else default.
 * @param token Bearer token; empty for the one that is found, as that of the pod's
 * service account.
 * @param trustCertificate PEM file of the API server's authority; empty for the one that
 * is found.
 * @param kubeconfig File to take everything from that is not set; empty for what is
 * found.
 * @param pod Name of the own pod, on which services are written; empty for the variable
 * HOSTNAME.
 * @param lookup Where services are read from: pods, or endpoint-slices, which needs no
 * right to write and registers nothing.
 * @param readyOnly Whether pods that say that they are not ready are left out, which
 * go-micro does not do.
 * @param port With endpoint-slices, the name or number of the port; empty for the one
 * called micro, else the first.
 * @param timeout How long to wait for a connection and for an answer.
 */
@ConfigurationProperties("micro.registry.kubernetes")
public record KubernetesProperties(@DefaultValue("") String namespace, @DefaultValue("") String token,
		@DefaultValue("") String trustCertificate, @DefaultValue("") String kubeconfig, @DefaultValue("") String pod,
		@DefaultValue("pods") KubernetesOptions.Lookup lookup, @DefaultValue("true") boolean readyOnly,
		@DefaultValue("") String port, @DefaultValue("5s") Duration timeout) {

	KubernetesOptions toOptions(String address) {
		return new KubernetesOptions(address, this.namespace, this.token, BackendSsl.path(this.trustCertificate),
				BackendSsl.path(this.kubeconfig), this.pod, this.lookup, this.readyOnly, this.port, this.timeout);
	}

	@Override
	public String toString() {
		return toOptions("").toString();
	}

}
