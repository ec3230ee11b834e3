package io.microspring.plugins.registry.kubernetes;

import java.util.ArrayList;
import java.util.List;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceList;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;

/**
 * The objects that services are read from, of one kind. Thread-safe.
 *
 * @param <T> the kind
 */
abstract class Source<T extends HasMetadata> {

	/** How many objects are asked for at once. */
	private static final long PAGE = 500;

	/** How often a listing begins anew whose beginning is forgotten while it goes on. */
	private static final int LISTING_ATTEMPTS = 3;

	/** A value that none of the labels has, for names that cannot stand in one. */
	private static final String NONE = "";

	private final KubernetesApi api;

	private final String kind;

	private Source(KubernetesApi api, String kind) {
		this.api = api;
		this.kind = kind;
	}

	/**
	 * Pods, with what services write there.
	 * @param readyOnly whether pods that are not ready are left out
	 */
	static Source<?> pods(KubernetesApi api, boolean readyOnly) {
		return new Source<Pod>(api, "pods") {

			@Override
			FilterWatchListDeletable<Pod, PodList, PodResource> select(String name) {
				var pods = api.client().pods().inNamespace(api.namespace());
				String key = PodServices.key(name);
				if (name.isEmpty()) {
					return pods.withLabel(PodServices.TYPE, PodServices.SERVICE);
				}
				return PodServices.isKey(key) ? pods.withLabel(PodServices.SELECTOR + key, PodServices.SERVICE)
						: pods.withLabel(PodServices.TYPE, NONE);
			}

			@Override
			List<Service> read(Pod pod, String name) {
				return PodServices.read(pod, name, readyOnly);
			}

			@Override
			String group(Pod pod) {
				return pod.getMetadata().getName();
			}

		};
	}

	/**
	 * EndpointSlices, with the pods behind Services. Several of one Service may have the
	 * same pod, while it moves from one to the other.
	 * @param port the name or number of the port; empty for the usual one
	 */
	static Source<?> endpointSlices(KubernetesApi api, String port) {
		return new Source<EndpointSlice>(api, "endpointslices.discovery.k8s.io") {

			@Override
			FilterWatchListDeletable<EndpointSlice, EndpointSliceList, Resource<EndpointSlice>> select(String name) {
				var slices = api.client().discovery().v1().endpointSlices().inNamespace(api.namespace());
				String service = EndpointSlices.serviceName(name);
				if (name.isEmpty()) {
					return slices.withLabel(EndpointSlices.SERVICE_NAME);
				}
				return slices.withLabel(EndpointSlices.SERVICE_NAME,
						EndpointSlices.isServiceName(service) ? service : NONE);
			}

			@Override
			List<Service> read(EndpointSlice slice, String name) {
				return EndpointSlices.read(slice, name.isEmpty() ? group(slice) : name, port);
			}

			@Override
			String group(EndpointSlice slice) {
				return EndpointSlices.serviceOf(slice);
			}

		};
	}

	/** The objects of a service, of all services for "". */
	abstract FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, ? extends Resource<T>> select(
			String name);

	/** The services of an object that have the name, all for "", with their nodes. */
	abstract List<Service> read(T object, String name);

	/** What the objects that may tell of the same node have in common. */
	abstract String group(T object);

	private Entry entry(T object, String name) {
		return new Entry(group(object), object.getMetadata().getName(), read(object, name));
	}

	/**
	 * All objects of a service, as they stood at one moment.
	 * @param what what it is for, in messages
	 * @param name the service, empty for all
	 * @return what is read from the objects
	 * @throws RegistryException when the API server does not say
	 */
	final Snapshot list(String what, String name) {
		for (int attempt = 1;; attempt++) {
			try {
				return pages(what, name);
			}
			catch (RegistryException ex) {
				if (!KubernetesApi.isGone(ex.getCause()) || attempt == LISTING_ATTEMPTS) {
					throw ex;
				}
			}
		}
	}

	private Snapshot pages(String what, String name) {
		List<Entry> entries = new ArrayList<>();
		String next = null;
		for (;;) {
			KubernetesResourceList<T> page = page(what, name, PAGE, next);
			// An object is many times as large as what is read from it.
			page.getItems().forEach((object) -> entries.add(entry(object, name)));
			next = page.getMetadata().getContinue();
			if (next == null || next.isEmpty()) {
				return new Snapshot(page.getMetadata().getResourceVersion(), entries);
			}
		}
	}

	private KubernetesResourceList<T> page(String what, String name, long limit, @Nullable String next) {
		return this.api.ask(what, "verb list on " + this.kind,
				() -> select(name).list(new ListOptionsBuilder().withLimit(limit).withContinue(next).build()));
	}

	/** Asks for no more than whether there is an answer. */
	final void ping() {
		page("answer", "", 1, null);
	}

	/**
	 * Begins to hear of changes.
	 * @param what what it is for, in messages
	 * @param name the service, empty for all
	 * @param version the moment after which to begin
	 * @param listener is told
	 * @return what ends it
	 */
	final Watch watch(String what, String name, String version, Listener listener) {
		Watcher<T> watcher = new Watcher<>() {

			@Override
			public void eventReceived(Action action, T object) {
				switch (action) {
					case ADDED, MODIFIED -> listener.changed(entry(object, name));
					case DELETED ->
						listener.changed(new Entry(group(object), object.getMetadata().getName(), List.of()));
					default -> {
						// Bookmarks; and errors, after which it is over.
					}
				}
			}

			@Override
			public void onClose() {
				listener.ended();
			}

			@Override
			public void onClose(WatcherException cause) {
				listener.ended();
			}

		};
		return this.api.ask(what, "verb watch on " + this.kind,
				() -> select(name).watch(new ListOptionsBuilder().withResourceVersion(version).build(), watcher));
	}

	/** Is told what happens, by one thread at a time. */
	interface Listener {

		/** An object came, changed or went: then it has no services. */
		void changed(Entry entry);

		/** Nothing more is told. */
		void ended();

	}

	/**
	 * What stood at one moment.
	 *
	 * @param version the moment
	 * @param entries the objects
	 */
	record Snapshot(String version, List<Entry> entries) {

	}

	/**
	 * What was read from an object.
	 *
	 * @param group what it has in common with those that may tell of the same node
	 * @param object its name
	 * @param services its services with their nodes
	 */
	record Entry(String group, String object, List<Service> services) {

	}

}
