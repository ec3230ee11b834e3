package io.microspring.plugins.registry.zookeeper;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.common.PathUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Where go-micro's registrations stand in ZooKeeper, and how they are read: the node of a
 * service at {@code /micro-registry/<service>/<id>}, the service with that one node as
 * JSON in it (protocol reference §7.5). Questions are asked without waiting for the
 * answer of the one before.
 *
 * @param root the path of all
 */
record ZNodes(String root) {

	private static final Logger log = LoggerFactory.getLogger(ZNodes.class);

	/**
	 * The place of registrations.
	 * @param namespace the path above, empty for none
	 * @return the place
	 * @throws IllegalArgumentException when the namespace is no path
	 */
	static ZNodes in(String namespace) {
		return new ZNodes(valid((namespace.isEmpty() ? "" : "/" + namespace) + "/micro-registry"));
	}

	/**
	 * The path of a service.
	 * @param service its name
	 * @return the path
	 * @throws IllegalArgumentException when ZooKeeper can have no such path
	 */
	String path(String service) {
		return valid(this.root + "/" + service.replace('/', '-'));
	}

	/**
	 * The path of a node.
	 * @param service the name of its service
	 * @param id its id
	 * @return the path
	 * @throws IllegalArgumentException when ZooKeeper can have no such path
	 */
	String path(String service, String id) {
		return valid(path(service) + "/" + id.replace('/', '-'));
	}

	/** Whether a path is that of a node. */
	boolean isNode(String path) {
		return path.startsWith(this.root + "/")
				&& path.chars().skip(this.root.length()).filter((c) -> c == '/').count() == 2;
	}

	/** What is registered under the path of a service, but for nodes we may not read. */
	static CompletableFuture<List<Service>> services(ZooKeeper zooKeeper, String path) {
		return children(zooKeeper, path)
			.thenCompose((names) -> all(names, (name) -> service(zooKeeper, path + "/" + name)))
			.thenApply((found) -> found.stream().flatMap(Optional::stream).toList());
	}

	/** What is registered at all, but for what we may not read. */
	CompletableFuture<List<Service>> list(ZooKeeper zooKeeper) {
		return children(zooKeeper, this.root)
			.thenCompose((names) -> all(names,
					(name) -> services(zooKeeper, this.root + "/" + name)
						.exceptionallyCompose(ZNodes::nothingIfHidden)))
			.thenApply((found) -> found.stream().flatMap(List::stream).toList());
	}

	/** The names below a path in order; none when the path is not there. */
	static CompletableFuture<List<String>> children(ZooKeeper zooKeeper, String path) {
		CompletableFuture<List<String>> answer = new CompletableFuture<>();
		zooKeeper.getChildren(path, false, (code, asked, context, names) -> {
			switch (Code.get(code)) {
				case OK -> answer.complete(names.stream().sorted().toList());
				case NONODE -> answer.complete(List.of());
				default -> answer.completeExceptionally(KeeperException.create(Code.get(code), asked));
			}
		}, null);
		return answer;
	}

	/**
	 * Reads what stands in the path of a node.
	 * @param data the JSON, or null
	 * @param path the path
	 * @return the service; none when it is no JSON of a service: an odd entry must not
	 * hide the others
	 */
	static Optional<Service> read(byte @Nullable [] data, String path) {
		if (data == null || data.length == 0) {
			return Optional.empty();
		}
		try {
			Service service = RegistryJson.readService(RegistryJson.JSON.readTree(data));
			if (!service.name().isEmpty() && !service.nodes().isEmpty()) {
				return Optional.of(service);
			}
		}
		catch (JacksonException ex) {
			log.debug("Not JSON: {}", path, ex);
		}
		log.debug("Passed over {}, which holds no service with a node", path);
		return Optional.empty();
	}

	static boolean isHidden(Throwable failure) {
		return failure instanceof KeeperException.NoAuthException;
	}

	private static CompletableFuture<Optional<Service>> service(ZooKeeper zooKeeper, String path) {
		CompletableFuture<Optional<Service>> answer = new CompletableFuture<>();
		zooKeeper.getData(path, false, (code, asked, context, data, stat) -> {
			switch (Code.get(code)) {
				case OK -> answer.complete(read(data, asked));
				// What may not be read must not hide the others.
				case NONODE, NOAUTH -> answer.complete(Optional.empty());
				default -> answer.completeExceptionally(KeeperException.create(Code.get(code), asked));
			}
		}, null);
		return answer;
	}

	private static <T> CompletableFuture<List<T>> all(List<String> names,
			Function<String, CompletableFuture<T>> question) {
		List<CompletableFuture<T>> answers = names.stream().map(question).toList();
		return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
			.thenApply((done) -> answers.stream().map(CompletableFuture::join).toList());
	}

	private static CompletableFuture<List<Service>> nothingIfHidden(Throwable failure) {
		Throwable cause = (failure.getCause() != null) ? failure.getCause() : failure;
		return isHidden(cause) ? CompletableFuture.completedFuture(List.of()) : CompletableFuture.failedFuture(cause);
	}

	private static String valid(String path) {
		PathUtils.validatePath(path);
		return path;
	}

}
