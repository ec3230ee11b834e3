package io.microspring.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;

/**
 * The test classes of the whole repository as their sources have them, since no module
 * has all of them on its class path. Contracts count as tests of whoever extends them.
 */
final class TestSources {

	private static final Set<String> TESTS = Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory");

	/** By module, then by simple name. */
	private final Map<String, Map<String, ClassTree>> classes = new HashMap<>();

	private TestSources() {
	}

	static TestSources of(Path repository) {
		TestSources sources = new TestSources();
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
			for (Path root : roots(repository)) {
				List<Path> paths = javaFiles(root);
				if (!paths.isEmpty()) {
					JavacTask task = (JavacTask) compiler.getTask(null, files, null, null, null,
							files.getJavaFileObjectsFromPaths(paths));
					sources.add(moduleOf(repository, root), task.parse());
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return sources;
	}

	/**
	 * Looks for a test that runs.
	 * @param module its module, such as {@code micro-core} or {@code samples/greeter}
	 * @param type the simple name of its class
	 * @param method the name of its method, which the class may inherit
	 * @return what is wrong with it; empty when it is there
	 */
	Optional<String> problem(String module, String type, String method) {
		Map<String, ClassTree> own = this.classes.get(module);
		if (own == null) {
			return Optional.of("there is no module " + module + " with tests");
		}
		ClassTree tree = own.get(type);
		if (tree == null) {
			return Optional.of("there is no test class " + type + " in " + module);
		}
		if (tree.getModifiers().getFlags().contains(Modifier.ABSTRACT)) {
			return Optional.of(type + " is abstract: name a class that runs it");
		}
		return find(module, tree, method).map((found) -> has(found.getModifiers(), Set.of("Disabled"))
				? Optional.of(method + " is disabled") : Optional.<String>empty())
			.orElseGet(() -> Optional.of(type + " has no test " + method));
	}

	private Optional<MethodTree> find(String module, ClassTree type, String method) {
		for (Tree member : type.getMembers()) {
			if (member instanceof MethodTree candidate && candidate.getName().contentEquals(method)
					&& has(candidate.getModifiers(), TESTS)) {
				return Optional.of(candidate);
			}
		}
		List<Tree> parents = new ArrayList<>(type.getImplementsClause());
		if (type.getExtendsClause() != null) {
			parents.add(type.getExtendsClause());
		}
		return parents.stream()
			.flatMap((parent) -> named(module, parent.toString()).stream())
			.flatMap((parent) -> find(module, parent, method).stream())
			.findFirst();
	}

	/** A class of the module, else one of the test kit's. */
	private Optional<ClassTree> named(String module, String name) {
		String simple = name.replaceAll("<.*", "").replaceAll(".*\\.", "");
		return Stream.of(module, "micro-test")
			.flatMap((place) -> Optional.ofNullable(this.classes.getOrDefault(place, Map.of()).get(simple)).stream())
			.findFirst();
	}

	private void add(String module, Iterable<? extends CompilationUnitTree> units) {
		for (CompilationUnitTree unit : units) {
			for (Tree declared : unit.getTypeDecls()) {
				if (declared instanceof ClassTree type) {
					add(module, "", type);
				}
			}
		}
	}

	private void add(String module, String outer, ClassTree type) {
		String name = outer + type.getSimpleName();
		this.classes.computeIfAbsent(module, (ignored) -> new HashMap<>()).put(name, type);
		for (Tree member : type.getMembers()) {
			if (member instanceof ClassTree nested) {
				add(module, name + ".", nested);
			}
		}
	}

	private static boolean has(ModifiersTree modifiers, Set<String> annotations) {
		return modifiers.getAnnotations()
			.stream()
			.map((annotation) -> annotation.getAnnotationType().toString().replaceAll(".*\\.", ""))
			.anyMatch(annotations::contains);
	}

	private static List<Path> roots(Path repository) throws IOException {
		try (Stream<Path> found = Files.find(repository, 5,
				(path, attributes) -> attributes.isDirectory() && path.endsWith("src/test/java"))) {
			return Stream
				.concat(found.filter((path) -> !path.toString().contains("/target/")),
						Stream.of(repository.resolve("micro-test/src/main/java")))
				.toList();
		}
	}

	private static List<Path> javaFiles(Path root) throws IOException {
		try (Stream<Path> found = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
			return found.filter((path) -> path.toString().endsWith(".java")).toList();
		}
	}

	private static String moduleOf(Path repository, Path root) {
		return repository.relativize(root).toString().replace('\\', '/').replaceAll("/src/.*", "");
	}

}
