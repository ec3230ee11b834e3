package io.microspring.plugins.registry.kubernetes;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * What stands on a pod (protocol reference §7.6): a label by which the pods of a service
 * are found, and the service's JSON as an annotation, under a key of the same name.
 * <p>
 * go-micro has room for one service, of one version, under a name. What a process
 * registers besides, such as the topics of its http broker, stands in an annotation of
 * our own, which Go passes over.
 */
final class PodServices {

	static final String TYPE = "micro.mu/type";

	static final String SELECTOR = "micro.mu/selector-";

	/** The value of both labels. */
	static final String SERVICE = "service";

	private static final String ANNOTATION = "micro.mu/service-";

	/** A JSON array. */
	private static final String MORE = "microspring.io/services-";

	/** Kubernetes' limit to the part of a key behind the slash. */
	private static final int LONGEST_NAME = 63 - "selector-".length();

	private static final Logger log = LoggerFactory.getLogger(PodServices.class);

	private PodServices() {
	}

	/** A name as part of a key: each byte that may not stand there is a line. */
	static String key(String service) {
		StringBuilder key = new StringBuilder();
		for (byte b : service.getBytes(StandardCharsets.UTF_8)) {
			boolean allowed = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-'
					|| b == '_' || b == '.';
			key.append(allowed ? (char) b : '_');
		}
		return key.toString();
	}

	/** Whether Kubernetes lets a name be part of a key. */
	static boolean isKey(String key) {
		return !key.isEmpty() && key.length() <= LONGEST_NAME
				&& Character.isLetterOrDigit(key.charAt(key.length() - 1));
	}

	/**
	 * What to merge into a pod.
	 * @param key the name of the services as part of a key
	 * @param services the services under this key, one entry per name and version; none
	 * to take them away
	 * @return a JSON merge patch
	 */
	static String patch(String key, List<Service> services) {
		boolean none = services.isEmpty();
		Map<String, @Nullable Object> labels = new LinkedHashMap<>();
		if (!none) {
			labels.put(TYPE, SERVICE);
		}
		labels.put(SELECTOR + key, none ? null : SERVICE);
		Map<String, @Nullable Object> annotations = new LinkedHashMap<>();
		annotations.put(ANNOTATION + key, none ? null : RegistryJson.write(services.get(0)));
		annotations.put(MORE + key, (services.size() <= 1) ? null
				: services.stream().skip(1).map(RegistryJson::write).collect(Collectors.joining(",", "[", "]")));
		return RegistryJson.JSON
			.writeValueAsString(Map.of("metadata", Map.of("labels", labels, "annotations", annotations)));
	}

	/**
	 * Reads a pod.
	 * @param pod the pod
	 * @param name which services, empty for all
	 * @param readyOnly whether one that is not ready has no services
	 * @return its services with their nodes; none while it does not run, or when nothing
	 * there can be read: one odd pod must not hide the others
	 */
	static List<Service> read(Pod pod, String name, boolean readyOnly) {
		Map<String, String> annotations = pod.getMetadata().getAnnotations();
		List<Service> services = new ArrayList<>();
		if (!serves(pod, readyOnly) || annotations == null) {
			return services;
		}
		if (!name.isEmpty()) {
			String key = key(name);
			read(pod, ANNOTATION + key, annotations.get(ANNOTATION + key), services);
			read(pod, MORE + key, annotations.get(MORE + key), services);
			// Several names share a key.
			services.removeIf((service) -> !service.name().equals(name));
			return services;
		}
		annotations.forEach((key, value) -> {
			if (key.startsWith(ANNOTATION) || key.startsWith(MORE)) {
				read(pod, key, value, services);
			}
		});
		return services;
	}

	private static void read(Pod pod, String key, @Nullable String value, List<Service> services) {
		try {
			JsonNode json = (value != null) ? RegistryJson.JSON.readTree(value) : MissingNode.getInstance();
			for (JsonNode entry : json.isArray() ? json.values() : List.of(json)) {
				Service service = RegistryJson.readService(entry);
				if (!service.name().isEmpty() && !service.nodes().isEmpty()) {
					services.add(service);
				}
			}
		}
		catch (JacksonException ex) {
			log.debug("No service in annotation {} of pod {}: {}", key, pod.getMetadata().getName(),
					ex.getOriginalMessage());
		}
	}

	private static boolean serves(Pod pod, boolean readyOnly) {
		PodStatus status = pod.getStatus();
		return status != null && "Running".equals(status.getPhase()) && pod.getMetadata().getDeletionTimestamp() == null
				&& !(readyOnly && status.getConditions()
					.stream()
					.anyMatch((condition) -> "Ready".equals(condition.getType())
							&& "False".equals(condition.getStatus())));
	}

}
